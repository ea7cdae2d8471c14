// A program that takes Claude Code's place meets what an account can meet, and writes it into its transcript as Claude
// Code does. The real one against a stand-in of the API is in test/claude.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import { eventually, type MuxwardHome } from '../helpers/muxward-home.ts';
import { startDaemonWithClock, whyNoFakeTime } from './fake-time.ts';
import { daemonWatchesFor, fault, killDaemon } from './fault.ts';

const RESET_IN_S = 5 * 3600;
const HOOK = path.resolve(import.meta.dirname, '../../scripts/agent-hook.sh');

/** Writes `line` into its transcript, calls the hook, waits for the file `go`, and ends; with the file `well` it works instead. */
function standIn(home: MuxwardHome, line: Readonly<Record<string, unknown> & { error: string }>): string {
  const failure = { type: 'assistant', isApiErrorMessage: true, timestamp: new Date().toISOString(), message: { model: '<synthetic>', content: [{ type: 'text', text: 'no' }] }, ...line };
  writeFileSync(home.file('line'), `${JSON.stringify(failure)}\n`);
  const projects = path.join(home.work, '.claude/projects', home.work.replaceAll(/[^A-Za-z0-9]/g, '-'));
  mkdirSync(projects, { recursive: true });
  home.script('bin/claude', `
echo run >>${home.file('runs')}
[ -e ${home.file('well')} ] && exec sleep 1000
while [ $# -gt 0 ]; do case $1 in --session-id | --resume) id=$2 ;; esac; shift; done
cat ${home.file('line')} >>"${projects}/$id.jsonl"
echo '{"session_id": "'$id'", "error": "${line.error}"}' | sh ${HOOK} StopFailure
while [ ! -e ${home.file('go')} ]; do sleep 0.05; done
exit 1`);
  return `${home.file('bin')}:${home.env['PATH'] ?? ''}`;
}

const runs = (home: MuxwardHome): number => (existsSync(home.file('runs')) ? readFileSync(home.file('runs'), 'utf8').split('\n').length - 1 : 0);

async function spawnClaude(home: MuxwardHome, PATH: string): Promise<void> {
  const { status, stderr } = await home.run(['spawn', 'a', '--type', 'claude-code', '--trust'], { env: { PATH } });
  expect([status, stderr]).toEqual([0, '']);
}

fault(
  31,
  'An account’s usage limit ends an agent; its reset is five hours away',
  'parked until then, also by the next daemon: no start, no nudge, no restart spent; then it runs again',
  async (home) => {
    await startDaemonWithClock(home);
    const resetsAt = Math.round(Date.now() / 1000) + RESET_IN_S;
    const limit = { error: 'rate_limit', apiError: 'usage_limit_reached', apiErrorParams: { rate_limit_info: { status: 'rejected', resetsAt } } };
    await spawnClaude(home, standIn(home, limit));
    await home.agentThat('a', 'is limited', ({ activity }) => activity.status === 'limited', 30_000);
    home.script('go', ':');
    const parked = await home.agentThat('a', 'is parked', ({ state, pid }) => state === 'spawning' && pid === null, 30_000);
    const until = new Date(resetsAt * 1000).toISOString();
    expect(parked).toMatchObject({ restarts: 0, exit: { kind: 'usage-limit' }, activity: { status: 'limited' }, reason: expect.stringContaining(until) });
    expect((await home.inspect('a')).verdicts.map(({ action }) => action)).toEqual(['park']);
    await home.ok('daemon', 'stop');
    await startDaemonWithClock(home);
    await daemonWatchesFor(home, 2500);
    expect([await home.agent('a'), runs(home)]).toMatchObject([{ state: 'spawning', activity: { status: 'limited' }, restarts: 0 }, 1]);
    home.script('well', ':');
    await killDaemon(home);
    await startDaemonWithClock(home, RESET_IN_S + 60);
    const back = await home.agentThat('a', 'runs again', ({ state }) => state === 'ready' || state === 'executing', 60_000);
    expect([back.restarts, back.generation, runs(home)]).toEqual([0, 2, 2]);
  },
  { unless: whyNoFakeTime() },
);

fault(33, 'An agent ends because it may not sign in', 'failed at once, with what to do; no restart is spent on it', async (home) => {
  await spawnClaude(home, standIn(home, { error: 'authentication_failed' }));
  home.script('go', ':');
  const agent = await home.agentThat('a', 'failed', ({ state }) => state === 'failed', 30_000);
  expect([agent.exit?.kind, agent.restarts, runs(home)]).toEqual(['auth', 0, 1]);
  expect(agent.reason).toContain('sign in');
  await eventually(async () => (await home.ok('alerts')).includes('sign in'), 'it is an alert', 20_000);
});
