import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { InvalidConfig } from '../../../src/config/faults.ts';
import { settingOrigins } from '../../../src/config/settings-origins.ts';
import { DEFAULT_SETTINGS } from '../../../src/config/settings-defaults.ts';
import { loadSettings } from '../../../src/config/settings.ts';
import { writeFiles } from './write-files.ts';

const load = async (text: string) => await loadSettings(path.join(writeFiles({ 'config.yaml': text }), 'config.yaml'));

async function faultsOf(text: string): Promise<string[]> {
  try {
    await load(text);
    return [];
  } catch (error) {
    if (!(error instanceof InvalidConfig)) throw error;
    return error.faults.map(({ line, column, message, hint }) => `${line}:${column} ${message} (${hint ?? ''})`);
  }
}

test('where there is no file the defaults hold', async () => {
  expect(await loadSettings(path.join(writeFiles({}), 'config.yaml'))).toBe(DEFAULT_SETTINGS);
});

test.each(['', '# nothing\n', 'hooks: []\n'])('a file that says nothing changes nothing: %j', async (text) => {
  expect(await load(text)).toEqual(DEFAULT_SETTINGS);
});

test('what the file says holds, in milliseconds and bytes; the rest is filled in', async () => {
  const settings = await load(`
defaults: {restart: always, max_restarts: 5, model: opus, permission_mode: plan, health: {interval: 5s}, limits: {memory: 2GB, cpu: 0.5, timeout: 1h}}
restart: {window: 5m, max_delay: 30s}
stop_grace: 3
watch: {liveness: 2s, sample: 1s}
log: {max_size: 1MB, keep: 0}
tmux: {scrollback: 5000, prefix: C-a, columns: 120}
events: {keep: 500}
hooks: [{on: [failed, agent.ended], agents: "api-*", run: "./tell.sh", timeout: 2s}, {on: ready, run: x}]
`);
  expect(settings).toEqual({
    ...DEFAULT_SETTINGS,
    agent: {
      restart: { ...DEFAULT_SETTINGS.agent.restart, policy: 'always', maxRestarts: 5, windowMs: 300_000, maxDelayMs: 30_000 },
      healthIntervalMs: 5000,
      recovery: DEFAULT_SETTINGS.agent.recovery,
      limits: { ...DEFAULT_SETTINGS.agent.limits, memoryBytes: 2 ** 31, cpu: 0.5, timeoutMs: 3_600_000 },
      model: 'opus',
      permissionMode: 'plan',
    },
    stopGraceMs: 3000,
    livenessEveryMs: 2000,
    sampleEveryMs: 1000,
    log: { maxBytes: 2 ** 20, keep: 0 },
    tmux: { ...DEFAULT_SETTINGS.tmux, scrollbackLines: 5000, prefix: 'C-a', columns: 120 },
    eventsKept: 500,
    hooks: [
      { on: ['failed', 'agent.ended'], agents: 'api-*', run: './tell.sh', timeoutMs: 2000 },
      { on: ['ready'], agents: null, run: 'x', timeoutMs: 10_000 },
    ],
  });
});

test('nobody can change settings that are in force', async () => {
  for (const settings of [DEFAULT_SETTINGS, await load('log: {keep: 1}')]) {
    expect(() => Object.assign(settings.log, { keep: 9 })).toThrow(TypeError);
    expect(() => Object.assign(settings.agent.restart, { maxRestarts: 9 })).toThrow(TypeError);
  }
});

test('every fault is told at its place, with the valid choices', async () => {
  expect(
    await faultsOf(`stop_grace: soon
log: {max_size: lots, kep: 3}
tmux:
  prefix: "C-"
  scrollback: [1]
watch: {liveness: 10ms}
defaults: {restart: alwais, max_restarts: -1}
hooks:
  - on: [failed, terminate]
    run: ""
  - {on: agent.ended, run: x, timeout: 0s, foo: 1}
hoks: 1
`),
  ).toMatchSnapshot();
});

test('a file that cannot be read is an error that says so', async () => {
  const folder = writeFiles({ 'config.yaml/x': '' });
  await expect(loadSettings(path.join(folder, 'config.yaml'))).rejects.toMatchObject({ code: 'invalid-config', hint: 'it is a folder: name a file' });
});

describe('origins', () => {
  test('name file and line, or default', async () => {
    const file = path.join(writeFiles({ 'config.yaml': 'log:\n  keep: 7\n' }), 'config.yaml');
    const byKey = Object.fromEntries((await settingOrigins(file)).map((each) => [each.key, each]));
    expect(byKey['log.keep']).toEqual({ key: 'log.keep', value: 7, unit: null, origin: `${file}:2` });
    expect(byKey['log.max_size']).toEqual({ key: 'log.max_size', value: DEFAULT_SETTINGS.log.maxBytes, unit: 'bytes', origin: 'default' });
  });

  test('hold every setting that there is', async () => {
    const leaves = (value: object): number =>
      Object.values(value).reduce<number>((sum, inner) => sum + (typeof inner === 'object' && inner !== null && !Array.isArray(inner) && Object.keys(inner).length > 0 ? leaves(inner as object) : 1), 0);
    expect(await settingOrigins('/nowhere/config.yaml')).toHaveLength(leaves(DEFAULT_SETTINGS));
  });
});

test('without a file neither the yaml library nor the schema is loaded', () => {
  const program = `
    const { loadSettings } = await import(${JSON.stringify(path.resolve('src/config/settings.ts'))});
    await loadSettings('/nowhere/config.yaml');
    const loaded = (await import('node:module')).default.Module._cache;
    console.log(Object.keys(loaded).filter((file) => /node_modules.(yaml|zod)/.test(file)).length);
  `;
  const count = (text: string): string => spawnSync(process.execPath, ['--input-type=module', '-e', text], { encoding: 'utf8' }).stdout.trim();
  expect(count(program)).toBe('0');
  const file = path.join(writeFiles({ 'config.yaml': 'log: {keep: 1}' }), 'config.yaml');
  expect(Number(count(program.replace('/nowhere/config.yaml', file)))).toBeGreaterThan(0);
});
