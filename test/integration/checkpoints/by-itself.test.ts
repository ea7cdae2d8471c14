// Checkpoints that are made by themselves: every so often, and after so many turns of Claude Code.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import type { CheckpointView } from '../../../src/core/checkpoint.ts';
import type { CheckpointList } from '../../../src/core/protocol.ts';
import { eventually, MuxwardHome } from '../../helpers/muxward-home.ts';

vi.setConfig({ testTimeout: 120_000 });

let home: MuxwardHome;

beforeEach(() => {
  home = new MuxwardHome();
  onTestFinished(() => home.end());
});

/** A repository with one file. */
function repository(name: string): string {
  const folder = home.file(name);
  mkdirSync(folder);
  execFileSync('git', ['init', '-q'], { cwd: folder });
  writeFileSync(path.join(folder, 'a.txt'), 'one');
  return folder;
}

const list = async (agent: string): Promise<readonly CheckpointView[]> => (await home.json<CheckpointList>('checkpoint', 'list', agent)).checkpoints;
const untilThereAre = (count: number, agent: string): Promise<readonly CheckpointView[]> =>
  eventually(async () => {
    const made = await list(agent);
    return made.length >= count && made;
  }, `there are ${count} of ${agent}`, 40_000);

test('every so often, and only where something changed', async () => {
  const [calm, busy] = [repository('calm'), repository('busy')];
  home.configure('checkpoint: {turns: 7}\n');
  await home.spawn('calm', '--cwd', calm, '--checkpoint-every', '1s', '--', 'sleep', '1000');
  await untilThereAre(1, 'calm');
  writeFileSync(home.file('muxward.yaml'), 'agents: {busy: {command: sleep 1000, cwd: busy, checkpoint: {every: 1s}}}\n');
  await home.ok('up');
  for (const count of [1, 2]) {
    await untilThereAre(count, 'busy');
    writeFileSync(path.join(busy, 'a.txt'), `${count}`);
  }
  // It was due as often.
  expect(await list('calm')).toMatchObject([{ trigger: 'interval', files: { changed: 1 } }]);
  writeFileSync(path.join(calm, 'a.txt'), 'two');
  expect((await untilThereAre(2, 'calm')).map(({ trigger }) => trigger)).toEqual(['interval', 'interval']);
});

test('after so many turns', async () => {
  const folder = repository('project');
  home.script('bin/claude', 'exec sleep 1000');
  const env = { PATH: `${home.file('bin')}:${home.env['PATH']}` };
  expect(await home.run(['spawn', 'coder', '--cwd', folder, '--checkpoint-turns', '2'], { env })).toMatchObject({ status: 0, stderr: '' });
  const hook = (event: string): void => {
    const of = { ...home.env, MUXWARD_AGENT: 'coder', MUXWARD_GENERATION: '1' };
    execFileSync('sh', ['scripts/agent-hook.sh', event], { env: of, input: JSON.stringify({ session_id: 'c0ffee', prompt: 'do it' }) });
  };
  const turn = async (): Promise<void> => {
    hook('UserPromptSubmit');
    await home.agentThat('coder', 'works', ({ state }) => state === 'executing', 40_000);
    hook('Stop');
    await home.agentThat('coder', 'is idle', ({ activity }) => activity.status === 'idle', 40_000);
  };
  await turn();
  expect(await list('coder')).toEqual([]);
  await turn();
  await untilThereAre(1, 'coder');
  writeFileSync(path.join(folder, 'a.txt'), 'two');
  await turn();
  await turn();
  expect((await untilThereAre(2, 'coder')).map(({ trigger }) => trigger)).toEqual(['turns', 'turns']);
});
