// Whether rules hold, in virtual time.
import { describe, expect, it } from 'vitest';
import { NO_RESOURCES } from '../../../../src/core/agent.ts';
import { parseCondition } from '../../../../src/core/alert-condition.ts';
import { holdsOfAgent, holdsOfMachine, sayOfAgent, sayOfMachine, sayRecovered } from '../../../../src/health/alerts/evaluate.ts';
import type { AgentFacts } from '../../../../src/health/alerts/facts.ts';
import { RuleWatch, type Outcome } from '../../../../src/health/alerts/rule-watch.ts';
import { agentOf } from '../../cli/agent-of.ts';

type Known = Partial<AgentFacts['agent']> & Partial<Omit<AgentFacts, 'agent' | 'restartsWithin'>> & { readonly restarts?: number; readonly cpu?: number; readonly rss?: number };

function facts({ restarts = 0, cpu = 1, rss = 1000, isRunning = true, uptimeMs = 1000, silentForMs = 0, growth = null, ...agent }: Known): AgentFacts {
  const resources = { cpuPercent: cpu, rssBytes: rss, processes: 3, at: '' };
  return { agent: { ...agentOf('web', { resources }), ...agent }, isRunning, uptimeMs, silentForMs, growth, restartsWithin: () => restarts };
}

const holds = (rule: string, known: Known, held = false) => holdsOfAgent(parseCondition(rule), facts(known), held);
const says = (rule: string, known: Known) => sayOfAgent(parseCondition(rule), facts(known));
const limits = { memoryBytes: 1000, cpu: 2, timeoutMs: null };
const health = (status: 'healthy' | 'unhealthy' | 'starting' | 'unknown', failures = 0) => ({ ...agentOf('web').health, status, failures });

describe('a condition', () => {
  it.each<[string, Known, string]>([
    ['cpu > 90%', { cpu: 91 }, 'yes'],
    ['cpu > 90%', { cpu: 90 }, 'no'],
    ['cpu >= 90%', { cpu: 90 }, 'yes'],
    ['cpu > 90% of limit', { cpu: 181, limits }, 'yes'],
    ['cpu > 90% of limit', { cpu: 1000 }, 'no'],
    ['memory > 80% of limit', { rss: 801, limits }, 'yes'],
    ['rss > 1KB', { rss: 1025 }, 'yes'],
    ['rss > 1KB', { rss: 1025, isRunning: false, state: 'terminated' }, 'no'],
    ['rss > 1KB', { rss: 1025, isRunning: false, state: 'spawning' }, 'unknown'],
    ['cpu > 90%', { resources: NO_RESOURCES }, 'unknown'],
    ['growth > 1MB', { growth: { bytesPerHour: 2 ** 21, sinceMs: 1 } }, 'yes'],
    ['growth > 1MB', {}, 'no'],
    ['restarts > 2 in 10m', { restarts: 3 }, 'yes'],
    ['no output for 1m', { silentForMs: 60_000 }, 'yes'],
    ['no output for 1m', { silentForMs: 59_999 }, 'no'],
    ['no output for 1m', { silentForMs: 60_000, isRunning: false }, 'no'],
    ['health is unhealthy', { health: health('unhealthy') }, 'yes'],
    ['health is unhealthy', { health: health('starting') }, 'unknown'],
    ['health is unhealthy', { health: health('healthy') }, 'no'],
    ['health is unhealthy', { health: health('unknown'), state: 'failed', isRunning: false }, 'no'],
    ['health is starting', { health: health('starting') }, 'yes'],
    ['state is failed', { state: 'failed', isRunning: false }, 'yes'],
    ['state is not ready', { state: 'failed', isRunning: false }, 'yes'],
    ['activity is waiting', { activity: { status: 'waiting', evidence: '', at: null } }, 'yes'],
    ['event tmux.lost', {}, 'unknown'],
  ])('%s of %j: %s', (rule, known, expected) => {
    expect(holds(rule, known)).toBe(expected);
  });

  it('that held is over only well on the other side', () => {
    expect([holds('cpu > 90%', { cpu: 89 }, true), holds('cpu > 90%', { cpu: 85 }, true)]).toEqual(['yes', 'no']);
    expect([holds('uptime < 10s', { uptimeMs: 10_100 }, true), holds('uptime < 10s', { uptimeMs: 11_000 }, true)]).toEqual(['yes', 'no']);
  });

  it('is said in words', () => {
    expect(says('cpu > 90% for 2m', { cpu: 95.4 })).toBe('cpu is 95 %, above 90 % for 2m');
    expect(says('cpu >= 90%', { cpu: 95 })).toBe('cpu is 95 %, at least 90 %');
    expect(says('memory > 80% of limit', { rss: 900, limits })).toBe('memory is 90 %, above 80 % of its limit');
    expect(says('state is failed', { state: 'failed', reason: 'exit 1, 4 times in 3 s' })).toBe('is in a crash loop: exit 1, 4 times in 3 s');
    expect(says('health is unhealthy', { health: { ...health('unhealthy', 3), reason: 'answered 500' } })).toBe('is unhealthy: 3 probes in a row failed, answered 500');
    expect(says('health is unhealthy', { health: { ...health('unhealthy', 1), reason: 'no output for 5 s' } })).toBe('is unhealthy: no output for 5 s');
    expect(says('activity is waiting for 5m', { activity: { status: 'waiting', evidence: 'hook', detail: 'run npm test?', at: null } })).toBe('waits for you for 5m: run npm test?');
    expect(says('growth > 1MB', { growth: { bytesPerHour: 12 * 2 ** 20, sinceMs: 3 * 3_600_000 } })).toBe('memory grows by 12MB/h since 3h');
    expect(says('no output for 1m', { silentForMs: 95_000 })).toBe('printed nothing for 1m');
  });

  it.each<[string, string | null, string | null]>([
    ['health is unhealthy', 'is healthy again', null],
    ['cpu > 90%', 'cpu is back to normal', null],
    ['cost > 5', 'cost is back to normal', 'cost is back to normal'],
    ['restarts > 2 in 10m', 'is stable again', null],
    ['no output for 1m', 'prints again', null],
    ['activity is waiting', 'waits no more', null],
    ['state is failed', 'runs again', null],
    ['state is ready', 'is ready no more', 'is ready no more'],
  ])('%s: that it is over is said, of an agent that ended only where it is true', (rule, ofRunning, ofEnded) => {
    const said = (state: 'ready' | 'terminated') => sayRecovered(parseCondition(rule), facts({ state, isRunning: state === 'ready' }));
    expect([said('ready'), said('terminated')]).toEqual([ofRunning, ofEnded]);
  });

  it('of the machine is about its disk', () => {
    const condition = parseCondition('disk > 95%');
    const disk = { diskUsedPercent: 97.8, diskFreeBytes: 2 ** 30 };
    expect([holdsOfMachine(condition, disk, false), holdsOfMachine(condition, { diskUsedPercent: null, diskFreeBytes: null }, true)]).toEqual(['yes', 'unknown']);
    expect(sayOfMachine(disk)).toBe('the disk of the home is 97 % full, 1.0G are free');
  });
});

describe('what must hold for a while', () => {
  const condition = parseCondition('cpu > 90% for 2m');
  const history = (...looks: [seconds: number, holds: 'yes' | 'no' | 'unknown'][]): Outcome[] => {
    const watch = new RuleWatch();
    return looks.map(([seconds, now]) => watch.look('web', condition, now, seconds * 1000));
  };

  it('is raised after that, once, and cleared', () => {
    expect(history([0, 'yes'], [60, 'yes'], [119, 'yes'], [120, 'yes'], [180, 'yes'], [181, 'no'], [182, 'no'])).toEqual(['nothing', 'nothing', 'nothing', 'raise', 'holds', 'clear', 'nothing']);
  });

  it('begins anew after a break, and not after a look that said nothing', () => {
    expect(history([0, 'yes'], [60, 'no'], [61, 'yes'], [130, 'yes'], [181, 'yes'])).toEqual(['nothing', 'nothing', 'nothing', 'nothing', 'raise']);
    expect(history([0, 'yes'], [60, 'unknown'], [120, 'yes'], [121, 'unknown'])).toEqual(['nothing', 'nothing', 'raise', 'holds']);
  });

  it('is known again after the daemon was: not raised anew, and its end is seen', () => {
    const watch = new RuleWatch();
    watch.restore('web', 0);
    expect([watch.look('web', condition, 'yes', 1000), watch.look('web', condition, 'no', 2000)]).toEqual(['holds', 'clear']);
  });
});
