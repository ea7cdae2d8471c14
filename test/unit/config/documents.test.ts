// The examples of the documents are true: each is read by what reads the real files.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { DEFAULT_SETTINGS } from '../../../src/config/settings-defaults.ts';
import { readSettings } from '../../../src/config/settings-file.ts';
import { settingOrigins } from '../../../src/config/settings-origins.ts';
import { jsonSchema } from '../../../src/config/json-schema.ts';
import { read } from './project/read.ts';

const yamlBlocks = (file: string): string[] => [...readFileSync(file, 'utf8').matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(([, text]) => text ?? '');
const cells = (file: string, column: number): string[] =>
  [...readFileSync(file, 'utf8').matchAll(/^\| (`.*)\|$/gm)].map(([, row]) => (row ?? '').split('|')[column]?.trim() ?? '');

describe('docs/muxward-yaml.md', () => {
  test.each(yamlBlocks('docs/muxward-yaml.md').map((text) => [text.split('\n')[0] ?? '', text] as const))('its example "%s" is valid', (_, text) => {
    expect(read(text).agents.length).toBeGreaterThan(0);
  });

  test('there are examples', () => {
    expect(yamlBlocks('docs/muxward-yaml.md').length).toBeGreaterThan(3);
  });

  test('names every key of the file, and none that is not there', () => {
    const { properties } = jsonSchema('project') as unknown as { properties: Record<string, { additionalProperties: { properties: object } }> };
    const known = [...Object.keys(properties), ...Object.keys(properties['agents']?.additionalProperties.properties ?? {})];
    const named = cells('docs/muxward-yaml.md', 0).flatMap((cell) => [...cell.matchAll(/`([a-z_]+)`/g)].map(([, key]) => key));
    expect(new Set(named)).toEqual(new Set(known));
  });
});

describe('docs/config.md', () => {
  test.each(yamlBlocks('docs/config.md').map((text) => [text.split('\n')[0] ?? '', text] as const))('its example "%s" is valid', (_, text) => {
    expect(() => readSettings(text, 'config.yaml')).not.toThrow();
  });

  test('names every setting, and none that is not there', async () => {
    const named = cells('docs/config.md', 0).flatMap((cell) => {
      const keys = [...cell.matchAll(/`([a-z_.]+)`/g)].map(([, key]) => key ?? '');
      const prefix = keys[0]?.slice(0, keys[0].lastIndexOf('.')) ?? '';
      return keys.map((key) => (key.startsWith('.') ? prefix + key : key));
    });
    expect(named.toSorted()).toEqual((await settingOrigins('/nowhere')).map(({ key }) => key).toSorted());
  });
});

test('templates/config.yaml says the defaults', () => {
  expect(readSettings(readFileSync('templates/config.yaml', 'utf8'), 'config.yaml').settings).toEqual(DEFAULT_SETTINGS);
});

test('templates/config.yaml is valid with what stands in its comments, too', () => {
  const text = readFileSync('templates/config.yaml', 'utf8').replaceAll(/^( *)# ?( *(?:limits|model|permission_mode|prefix|- on|agents|run|timeout): )/gm, '$1$2').replace('hooks: []', 'hooks:');
  const { settings } = readSettings(text, 'config.yaml');
  expect(settings).toMatchObject({ agent: { model: 'opus', limits: { memoryBytes: 2 ** 32 } }, tmux: { prefix: 'C-a' }, hooks: [{ agents: 'api-*' }] });
});
