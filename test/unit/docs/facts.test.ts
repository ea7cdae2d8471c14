import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { settingOrigins } from '../../../src/config/settings-origins.ts';
import { END_KINDS } from '../../../src/core/end.ts';
import { DEFAULT_RESTART } from '../../../src/core/restart-policy.ts';
import { nextState, STATES, TRIGGERS } from '../../../src/core/state.ts';
import { parseDuration, parseSize } from '../../../src/core/units.ts';
import { terminalFolders } from '../../../src/config/terminals/terminal-folders.ts';
import { agentTypeNames } from '../../../src/config/agent-type-names.ts';
import { read, root, tableUnder } from './documents.ts';

const architecture = read('ARCHITECTURE.md').text;
const agents = read('docs/agents.md').text;

describe('ARCHITECTURE.md', () => {
  it('names every dependency', () => {
    const { dependencies, devDependencies } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as Record<string, Record<string, string>>;
    const section = architecture.split('## Dependencies')[1]?.split('\n## ')[0] ?? '';
    const named = new Set([...section.matchAll(/`([^`]+)`/g)].map((match) => match[1]));
    const all = Object.keys({ ...dependencies, ...devDependencies });
    expect(all.filter((name) => !named.has(name))).toEqual([]);
    const rows = tableUnder(architecture, '## Dependencies').flatMap(([names = '']) => names.split(', '));
    expect(rows.toSorted()).toEqual(Object.keys(dependencies ?? {}).toSorted());
  });

  it('draws the state table as it is', () => {
    const drawn = tableUnder(architecture, '## States').map(([from, edges = '']) => [from, edges.split(', ').toSorted()]);
    const real = STATES.map((from) => {
      const edges = TRIGGERS.flatMap((trigger) => {
        const to = nextState(from, trigger);
        return to === undefined ? [] : [`${trigger} → ${to}`];
      });
      return [from, edges.toSorted()];
    });
    expect(drawn).toEqual(real);
  });

  it('says who may import whom as .dependency-cruiser.cjs does', () => {
    const { forbidden } = createRequire(import.meta.url)(`${root}.dependency-cruiser.cjs`) as { forbidden: { name: string; comment: string }[] };
    const ruleOf = (layer: string): string[] => {
      const comment = forbidden.find(({ name }) => name === `layer-${layer}`)?.comment ?? '';
      return [...comment.split('may import from')[1]?.matchAll(/src\/(\w+)/g) ?? []].map((match) => match[1] as string);
    };
    const rows = tableUnder(architecture, '## The house').filter(([, allowed]) => !allowed?.startsWith('all but'));
    expect(rows.length).toBeGreaterThan(6);
    for (const [layers = '', allowed = ''] of rows) {
      for (const layer of layers.split(', ')) expect([layer, ruleOf(layer)]).toEqual([layer, allowed === 'nothing' ? [] : allowed.split(', ')]);
    }
  });
});

describe('docs/agents.md', () => {
  it('tells every type', () => {
    const told = tableUnder(agents, '## Types').flatMap(([names = '']) => names.split(', '));
    expect(told.toSorted()).toEqual(agentTypeNames(terminalFolders('/nowhere', root)).toSorted());
  });

  it('tells every kind of end', () => {
    const told = tableUnder(agents, '## When it ends').flatMap(([kinds = '']) => kinds.split(', '));
    expect(told.toSorted()).toEqual([...END_KINDS].toSorted());
  });

  it('tells the numbers of the restart policy', () => {
    const { maxRestarts, windowMs, baseDelayMs, maxDelayMs, stableAfterMs } = DEFAULT_RESTART;
    expect(agents).toContain(`waits ${baseDelayMs} ms`);
    expect(agents).toContain(`at most ${maxDelayMs / 1000} s`);
    expect(agents).toContain(`After a run of ${stableAfterMs / 1000} s`);
    expect(agents).toContain(`At most ${maxRestarts} restarts within ${windowMs / 60_000} minutes`);
  });
});

describe('docs/config.md', () => {
  it('lists every setting with its default', async () => {
    const told = new Map(tableUnder(read('docs/config.md').text, '## Keys').flatMap(([keys = '', value = '']) => settingRows(keys, value)));
    const real = await settingOrigins('/nonexistent/config.yaml');
    expect([...told.keys()].toSorted()).toEqual(real.map(({ key }) => key).toSorted());
    const numbers = real.filter(({ value }) => typeof value === 'number');
    expect(numbers.length).toBeGreaterThan(10);
    for (const { key, value, unit } of numbers) expect([key, numberOf(told.get(key) ?? '', unit)]).toEqual([key, value]);
  });
});

function numberOf(said: string, unit: 'ms' | 'bytes' | null): number {
  if (unit === 'ms') return parseDuration(said, said);
  return unit === 'bytes' ? parseSize(said, said) : Number(said);
}

/** `defaults.limits.memory, .cpu` are two keys, `200, 50` two values. */
function settingRows(keys: string, value: string): [string, string][] {
  const names = keys.split(', ');
  const parent = names[0]?.replace(/\.[^.]+$/, '') ?? '';
  const values = value.split(', ');
  return names.map((name, i) => [name.startsWith('.') ? parent + name : name, values[i] ?? values[0] ?? '']);
}
