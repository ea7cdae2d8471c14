import { spawn, type ChildProcess } from 'node:child_process';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import fs, {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import * as fc from 'fast-check';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import type { AgentSpec } from '../../../src/core/agent.ts';
import type { Alert, Delivery } from '../../../src/core/alert.ts';
import { alertOf } from '../alert-of.ts';
import { failureOf } from '../../helpers/failure-of.ts';
import { DEFAULT_RESTART } from '../../../src/core/restart-policy.ts';
import type { AgentRow } from '../../../src/store/agent-rows.ts';
import { MIGRATIONS } from '../../../src/store/migrations.ts';
import type { Sample } from '../../../src/store/sample-rows.ts';
import { openStore } from '../../../src/store/open-store.ts';
import type { Store } from '../../../src/store/store.ts';
import { until } from '../system/real-processes.ts';
import { temporaryFolder } from '../system/temp-folder.ts';

const folder = temporaryFolder('store');
const MODULE = path.resolve('src/store/open-store.ts');
let count = 0;
const newPath = (): string => {
  const own = `${folder}/${++count}`;
  mkdirSync(own);
  return `${own}/muxward.db`;
};

const opened: Store[] = [];
afterEach(() => {
  for (const store of opened.splice(0)) {
    try {
      store.close();
    } catch {
      // the test closed it
    }
  }
});

/** Opens a store that has to open, and closes it after the test. */
function open(file: string, expected: 'opened' | 'set-aside' = 'opened'): Store {
  const outcome = openStore(file);
  expect(outcome.outcome).toBe(expected);
  if (!('store' in outcome)) throw new Error(outcome.outcome);
  opened.push(outcome.store);
  return outcome.store;
}

function specOf(name: string, extra: Partial<AgentSpec> = {}): AgentSpec {
  return {
    name,
    type: 'worker',
    project: null,
    labels: {},
    capabilities: [],
    cwd: '/',
    command: ['/bin/true'],
    env: { X: "a'\n\u{1f600}" },
    umask: 18,
    prompt: null,
    model: null,
    permissionMode: null,
    role: null,
    restart: DEFAULT_RESTART,
    health: { probe: { kind: 'none' }, intervalMs: 1000 },
    limits: { memoryBytes: null, cpu: null, timeoutMs: null },
    declaredAs: null,
    ...extra,
  };
}
const rowOf = (name: string, record: unknown = { state: 'ready' }): AgentRow => ({
  name,
  id: `id-${name}`,
  spec: specOf(name),
  record,
});
const eventOf = (agent: string | null, at = '2026-01-01T00:00:00.000Z') => ({
  at,
  type: 'agent.typed' as const,
  agent,
  data: { bytes: 1 },
});

/** Another process that opens the store, says what came of it, and holds it until it is killed. */
async function openElsewhere(
  file: string,
): Promise<{ readonly child: ChildProcess; readonly outcome: string }> {
  const code = `
    const { openStore } = await import(${JSON.stringify(MODULE)});
    const opened = openStore(${JSON.stringify(file)});
    opened.store?.transaction(() => opened.store.events.append([${JSON.stringify(eventOf('a'))}]));
    process.stdout.write(opened.outcome);
    setInterval(() => opened.store, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const said = await Promise.race([
    once(child.stdout, 'data'),
    once(child, 'exit').then(() => ['it failed']),
  ]);
  return { child, outcome: String(said[0]) };
}

async function killHard(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}

describe('openStore', () => {
  it('makes a private file, and finds everything again', () => {
    const file = newPath();
    const store = open(file);
    store.transaction(() => {
      store.agents.putMany([rowOf('b'), rowOf('a', { deep: [1, { x: null }] })]);
      store.events.append([eventOf('a')]);
    });
    store.alerts.put({ alert: alertOf('1'), keys: ['r|a'], sticky: false });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    store.close();
    const again = open(file);
    expect(again.agents.all()).toEqual([rowOf('b'), rowOf('a', { deep: [1, { x: null }] })]);
    expect(again.events.list({ limit: 9 })).toEqual([{ seq: 1, ...eventOf('a') }]);
    expect(again.alerts.open()).toEqual([{ alert: alertOf('1'), keys: ['r|a'], sticky: false }]);
  });

  it('is held by one process; the lock dies with it, and what it stored is there', async () => {
    const file = newPath();
    const { child, outcome } = await openElsewhere(file);
    try {
      expect(outcome).toBe('opened');
      expect(openStore(file)).toEqual({ outcome: 'busy' });
    } finally {
      await killHard(child);
    }
    expect(open(file).events.list({ limit: 9 })).toHaveLength(1);
  });

  it.each([
    ['where there is none yet', () => undefined],
    ['that is damaged', (file: string) => writeFileSync(file, 'no database '.repeat(1000))],
    ['that was emptied', (file: string) => writeFileSync(file, '')],
  ])('is opened by exactly one of several at once, %s', async (_, prepare) => {
    const file = newPath();
    prepare(file);
    const others = await Promise.all([1, 2, 3, 4].map(() => openElsewhere(file)));
    try {
      const [first, ...rest] = others
        .map(({ outcome }) => outcome)
        .toSorted((a, b) => Number(a === 'busy') - Number(b === 'busy'));
      expect(first).toMatch(/^(opened|set-aside)$/);
      expect(rest).toEqual(['busy', 'busy', 'busy']);
      // SQLite begins a journal beside an empty file that it locks; it goes aside with it.
      const aside = readdirSync(path.dirname(file)).filter((name) => name.includes('damaged') && !/-(wal|shm|journal)$/.test(name));
      expect(aside).toHaveLength(first === 'set-aside' ? 1 : 0);
    } finally {
      await Promise.all(others.map(({ child }) => killHard(child)));
    }
    expect(open(file).events.list({ limit: 9 })).toHaveLength(1);
  });

  it('refuses a newer schema and leaves it as it is', () => {
    const file = newPath();
    const newer = new DatabaseSync(file);
    newer.exec(
      `CREATE TABLE marvels (x); INSERT INTO marvels VALUES (7); PRAGMA user_version = ${MIGRATIONS.length + 3}`,
    );
    newer.close();
    expect(openStore(file)).toEqual({
      outcome: 'newer-schema',
      found: MIGRATIONS.length + 3,
      known: MIGRATIONS.length,
    });
    const after = new DatabaseSync(file);
    expect(after.prepare('SELECT x FROM marvels').get()).toEqual({ x: 7 });
    expect(after.prepare('PRAGMA user_version').get()).toEqual({ user_version: MIGRATIONS.length + 3 });
    after.close();
    expect(readdirSync(path.dirname(file)).filter((name) => name.includes('damaged'))).toEqual([]);
  });

  /** A file with a real state in it, closed. */
  function filled(): string {
    const file = newPath();
    const store = open(file);
    store.transaction(() => store.events.append(Array.from({ length: 2000 }, () => eventOf('a'))));
    store.close();
    return file;
  }

  it.each([
    ['garbage', (file: string) => writeFileSync(file, 'this is no database, it is a note. '.repeat(200))],
    ['an empty file', (file: string) => writeFileSync(file, '')],
    ['a truncated one', (file: string) => truncateSync(file, 10_000)],
    ['one cut inside of its header', (file: string) => truncateSync(file, 50)],
    ['one with a page overwritten', (file: string) => overwrite(file, 8192, 4096)],
  ])('sets aside %s, and begins anew', (_, damage) => {
    const file = filled();
    damage(file);
    const before = readFileSync(file);
    const outcome = openStore(file);
    if (outcome.outcome !== 'set-aside') throw new Error(outcome.outcome);
    opened.push(outcome.store);
    expect(outcome.damaged).toMatch(/muxward\.db\.damaged-/);
    expect(before.length === 0 || readFileSync(outcome.damaged).equals(before)).toBe(true);
    expect(outcome.store.agents.all()).toEqual([]);
    outcome.store.agents.putMany([rowOf('a')]);
    outcome.store.close();
    expect(open(file).agents.all()).toHaveLength(1);
  });

  it.each(['muxward.db', 'a # ? % 100&mode=ro ü.db'])('makes no empty file where another one moves it away just when it is opened (%s)', (name) => {
    const file = path.join(path.dirname(filled()), name);
    open(file).close();
    const moved = vi.spyOn(fs, 'statSync').mockImplementationOnce((...args: Parameters<typeof fs.statSync>) => {
      const found = fs.statSync(...args);
      fs.renameSync(file, `${file}.moved`);
      return found;
    });
    const outcome = openStore(file);
    if (outcome.outcome === 'opened') opened.push(outcome.store);
    expect([moved.mock.calls[0]?.[0], outcome.outcome]).toEqual([file, 'opened']);
    expect(readdirSync(path.dirname(file)).filter((each) => each.includes('damaged'))).toEqual([]);
    moved.mockRestore();
  });

  it('names the path where it cannot be made', () => {
    const file = `${folder}/none/muxward.db`;
    expect(failureOf(() => openStore(file))).toMatchObject({
      code: 'storage',
      message: expect.stringContaining(file) as string,
    });
    expect(existsSync(`${folder}/none`)).toBe(false);
    writeFileSync(`${folder}/file`, '');
    expect(failureOf(() => openStore(`${folder}/file/muxward.db`)).message).toContain(
      'a part of its path is no folder',
    );
    mkdirSync(`${folder}/taken.db`);
    expect(failureOf(() => openStore(`${folder}/taken.db`)).code).toBe('storage');
  });
});

function overwrite(file: string, at: number, length: number): void {
  const bytes = readFileSync(file);
  bytes.fill(0xa5, at, at + length);
  writeFileSync(file, bytes);
}

describe('transaction', () => {
  it('writes all or nothing', () => {
    const store = open(newPath());
    store.agents.putMany([rowOf('a')]);
    expect(() =>
      store.transaction(() => {
        store.agents.putMany([rowOf('b')]);
        store.agents.remove('a');
        throw new Error('changed my mind');
      }),
    ).toThrow('changed my mind');
    expect(store.agents.all().map(({ name }) => name)).toEqual(['a']);
    expect(store.transaction(() => 7)).toBe(7);
  });

  it('loses nothing that was committed to a SIGKILL at any moment', async () => {
    const file = newPath();
    const code = `
      const { openStore } = await import(${JSON.stringify(MODULE)});
      const { store } = openStore(${JSON.stringify(file)});
      for (;;) {
        const last = store.transaction(() => store.events.append([${JSON.stringify(eventOf('a'))}, ${JSON.stringify(eventOf('b'))}]));
        (await import('node:fs')).writeSync(1, last + '\\n');
      }`;
    let total = 0;
    for (let round = 0; round < 4; round += 1) {
      const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let said = '';
      child.stdout.on('data', (piece: Buffer) => void (said += piece.toString()));
      await until('it has stored some', () => said.length > 200 + 17 * round);
      await killHard(child);
      const told = Number(said.split('\n').at(-2));
      const store = open(file);
      const events = store.events.list({ limit: 1_000_000 });
      store.close();
      expect(events.length).toBeGreaterThanOrEqual(told);
      expect(events.length % 2).toBe(0);
      expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
      expect(events.length).toBeGreaterThan(total);
      total = events.length;
    }
  });
});

describe('agents', () => {
  it('replaces by name and keeps the order of first storing', () => {
    const store = open(newPath());
    store.agents.putMany([rowOf('a'), rowOf('b'), rowOf('c')]);
    store.agents.putMany([{ ...rowOf('a', 'new'), spec: specOf('a', { cwd: '/tmp' }) }]);
    store.agents.remove('b');
    store.agents.remove('never was');
    expect(store.agents.all().map(({ name, record, spec }) => [name, record, spec.cwd])).toEqual([
      ['a', 'new', '/tmp'],
      ['c', { state: 'ready' }, '/'],
    ]);
  });

  it('leaves the specification alone where only the record changed', () => {
    const store = open(newPath());
    store.agents.putMany([rowOf('a', 1)]);
    store.agents.putMany([
      { name: 'a', id: 'id-a', spec: null, record: 2 },
      { name: 'x', id: 'id-x', spec: null, record: 2 },
    ]);
    expect(store.agents.all()).toEqual([rowOf('a', 2)]);
  });

  it('stores 200 with their events in one transaction, fast', () => {
    const store = open(newPath());
    const rows = Array.from({ length: 200 }, (_, n) => rowOf(`a-${n}`));
    const times = Array.from({ length: 10 }, () => {
      const startedMs = performance.now();
      store.transaction(() => {
        store.agents.putMany(rows);
        store.events.append(rows.map(({ name }) => eventOf(name)));
      });
      return performance.now() - startedMs;
    });
    console.log(`200 agents and events in one transaction: ${Math.min(...times).toFixed(1)} ms at best`);
    expect(store.agents.all()).toHaveLength(200);
    // Ten times what it takes: a guard against one commit for each row, not a benchmark.
    expect(Math.min(...times)).toBeLessThan(100);
  });
});

describe('events', () => {
  const at = (second: number): string => `2026-01-01T00:00:0${second}.000Z`;

  it('numbers them in a row, for ever', () => {
    const store = open(newPath());
    expect(store.events.append([])).toBe(0);
    expect(store.events.append([eventOf('a'), eventOf('b')])).toBe(2);
    store.events.trim(0);
    expect(store.events.list({ limit: 9 })).toEqual([]);
    expect(store.events.append([eventOf('c')])).toBe(3);
  });

  it('lists the newest that fit, oldest first, by agent and time', () => {
    const store = open(newPath());
    store.events.append([
      eventOf('a', at(1)),
      eventOf('b', at(2)),
      eventOf('a', at(3)),
      eventOf(null, at(4)),
      eventOf('a', at(5)),
    ]);
    const seqs = (query: Parameters<typeof store.events.list>[0]) =>
      store.events.list(query).map(({ seq }) => seq);
    expect(seqs({ limit: 9 })).toEqual([1, 2, 3, 4, 5]);
    expect(seqs({ limit: 2 })).toEqual([4, 5]);
    expect(seqs({ agent: 'a', limit: 2 })).toEqual([3, 5]);
    expect(seqs({ since: at(3), limit: 9 })).toEqual([3, 4, 5]);
    expect(seqs({ agent: 'a', since: at(2), limit: 9 })).toEqual([3, 5]);
    expect(seqs({ agent: 'nobody', limit: 9 })).toEqual([]);
  });

  it('trims to the newest', () => {
    const store = open(newPath());
    store.events.append(Array.from({ length: 10 }, () => eventOf('a')));
    store.events.trim(3);
    expect(store.events.list({ limit: 99 }).map(({ seq }) => seq)).toEqual([8, 9, 10]);
    store.events.trim(3);
    expect(store.events.list({ limit: 99 })).toHaveLength(3);
  });
});

describe('alerts', () => {
  const put = (store: Store, id: string, more: Partial<Alert> = {}): void => store.alerts.put({ alert: alertOf(id, more), keys: [], sticky: true });

  it('change in their place; what is over is not open, and goes first', () => {
    const store = open(newPath());
    for (const id of ['1', '2', '3']) put(store, id);
    put(store, '1', { acknowledgedAt: 'later', closedAt: 'later', count: 3 });
    expect(store.alerts.list(2).map(({ id }) => id)).toEqual(['2', '3']);
    expect(store.alerts.open().map(({ alert }) => alert.id)).toEqual(['2', '3']);
    expect(store.alerts.find('1')?.alert).toEqual(alertOf('1', { acknowledgedAt: 'later', closedAt: 'later', count: 3 }));
    store.alerts.trim(1);
    expect(store.alerts.list(9).map(({ id }) => id)).toEqual(['2', '3']);
  });

  it('deliveries that are not finished are found again; those that are go first', () => {
    const store = open(newPath());
    const delivery = (id: string, state: Delivery['state']): Delivery => ({ id, alert: 'a', channel: 'c', kind: 'raised', state, attempts: 1, at: 't', nextAt: null, deliveredAt: null, detail: '' });
    for (const [id, state] of [['1', 'pending'], ['2', 'held'], ['3', 'delivered'], ['4', 'given-up']] as const) store.deliveries.put(delivery(id, state));
    store.deliveries.put(delivery('2', 'delivered'));
    expect(store.deliveries.unfinished().map(({ id }) => id)).toEqual(['1']);
    store.deliveries.trim(1);
    expect(store.deliveries.of('a').map(({ id }) => id)).toEqual(['1', '4']);
  });
});

describe('samples', () => {
  const MINUTE_MS = 60_000;
  const HOUR_MS = 60 * MINUTE_MS;
  const sample = (agent: string, atMs: number, value: number): Sample => ({ agent, atMs, cpuPercent: value, rssBytes: value * 1000, processes: 1, responseMs: null, health: value > 5 ? 'unhealthy' : 'healthy' });
  const steps = (store: Store, agent: string) => Map.groupBy(store.samples.list(agent, 0), ({ stepMs }) => stepMs);

  it('become minutes and hours with age, of which least, mean and most are kept', () => {
    const store = open(newPath());
    store.samples.add(Array.from({ length: 60 }, (_, i) => sample('a', i * 1000, i % 10)));
    store.samples.add([sample('b', 0, 3)]);
    store.samples.thin(16 * MINUTE_MS, 1000);
    const [minute, ...others] = store.samples.list('a', 0);
    expect(others).toEqual([]);
    expect(minute).toEqual({ at: '1970-01-01T00:00:00.000Z', stepMs: MINUTE_MS, cpu: { min: 0, avg: 4.5, max: 9 }, memory: { min: 0, avg: 4500, max: 9000 }, response: null, processes: 1, health: 'unhealthy' });
    store.samples.thin(50 * HOUR_MS, 1000);
    expect(store.samples.list('a', 0)).toEqual([{ ...minute, stepMs: HOUR_MS }]);
    store.samples.thin(100 * 24 * HOUR_MS, 1000);
    expect(store.samples.list('a', 0)).toEqual([]);
  });

  it('lose nothing and count nothing twice, however often they are thinned', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ seconds: fc.integer({ min: 1, max: 4000 }), value: fc.nat(100) }), { minLength: 1, maxLength: 40 }), (gaps) => {
        const store = open(newPath());
        let nowMs = 0;
        let last = 0;
        for (const { seconds, value } of gaps) {
          nowMs += seconds * 1000;
          store.samples.add([sample('a', nowMs, value)]);
          store.samples.thin(nowMs, 1000);
          last = value;
        }
        const list = store.samples.list('a', 0);
        const values = gaps.map(({ value }) => value);
        expect(Math.max(...list.map(({ cpu }) => cpu?.max ?? 0))).toBe(Math.max(...values));
        expect(Math.min(...list.map(({ cpu }) => cpu?.min ?? 0))).toBe(Math.min(...values));
        expect(list.at(-1)?.cpu?.max).toBe(last);
        const old = list.filter(({ at, stepMs }) => stepMs === 1000 && nowMs - Date.parse(at) > 17 * MINUTE_MS);
        expect(old).toEqual([]);
        store.close();
      }),
      { numRuns: 15 },
    );
  });

  it('are bounded: the oldest go, and those of an agent that is forgotten', () => {
    const store = open(newPath());
    for (const name of ['a', 'b']) store.samples.add(Array.from({ length: 600 }, (_, i) => sample(name, i * 1000, 1)));
    store.samples.thin(600_000, 1000);
    const kept = [...store.samples.list('a', 0), ...store.samples.list('b', 0)];
    expect(kept.length).toBeLessThanOrEqual(1000);
    expect(kept.length).toBeGreaterThan(900);
    expect(store.samples.list('a', 0).at(-1)?.at).toBe('1970-01-01T00:09:59.000Z');
    store.samples.removeOf('a');
    expect(steps(store, 'a').size).toBe(0);
    expect(store.samples.memoryMeans('b', 0, 300_000).map(({ value }) => value)).toEqual([1000, 1000]);
  });
});

describe.skipIf(process.getuid?.() !== 0)('on a disk of 400 kB (needs root and mount)', () => {
  const disk = `${folder}/disk`;
  mkdirSync(disk);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=400k,mode=700', 'none', disk]);
  afterAll(() => {
    execFileSync('umount', [disk]);
  });

  it('keeps the old state when the disk is full, says so, and goes on when there is room', () => {
    const file = `${disk}/muxward.db`;
    const store = open(file);
    store.agents.putMany([rowOf('a')]);
    writeFileSync(`${disk}/ballast`, 'x'.repeat(150_000));
    const large = { ...rowOf('large'), spec: specOf('large', { prompt: 'x'.repeat(500_000) }) };
    const error = failureOf(() =>
      store.transaction(() => store.agents.putMany([{ ...rowOf('a'), record: 'lost' }, large])),
    );
    expect(error).toMatchObject({ code: 'storage', message: `cannot write ${file}: the disk is full` });
    expect(error.hint).toContain('free some space');
    expect(store.agents.all()).toEqual([rowOf('a')]);
    rmSync(`${disk}/ballast`);
    store.transaction(() => store.agents.putMany([rowOf('b')]));
    store.close();
    const again = open(file);
    expect(again.agents.all().map(({ name }) => name)).toEqual(['a', 'b']);
    again.close();
  });

  it('says so when there is no room to begin with, or the disk is read-only', () => {
    writeFileSync(`${disk}/ballast`, '');
    try {
      writeFileSync(`${disk}/ballast`, 'x'.repeat(500_000));
    } catch {
      // as much as fits
    }
    expect(failureOf(() => openStore(`${disk}/other.db`)).message).toContain('the disk is full');
    rmSync(`${disk}/ballast`);
    execFileSync('mount', ['-o', 'remount,ro', disk]);
    const error = failureOf(() => openStore(`${disk}/muxward.db`));
    expect(error.code).toBe('storage');
    expect(error.message).toMatch(/read-only|not writable/);
    execFileSync('mount', ['-o', 'remount,rw', disk]);
    open(`${disk}/muxward.db`).close();
  });
});
