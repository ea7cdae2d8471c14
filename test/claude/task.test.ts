// Tasks for the real Claude Code: told to an agent that is there, in its turn, and to a headless one of its own.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { CheckpointDetails } from '../../src/core/checkpoint.ts';
import type { CostReport } from '../../src/core/cost-report.ts';
import type { Task } from '../../src/core/task.ts';
import { claudeRig, describeClaude, type ClaudeRig } from '../helpers/claude/claude-rig.ts';
import { eventually, MuxwardHome } from '../helpers/muxward-home.ts';

describeClaude('a task for Claude Code', { timeout: 120_000 }, () => {
  let claude: ClaudeRig;
  let home: MuxwardHome;

  beforeAll(async () => {
    home = new MuxwardHome();
    claude = await claudeRig(home);
    await claude.spawn('coder');
    await claude.ready('coder');
    await claude.idle('coder');
  });

  afterAll(() => claude.end());

  const submit = async (...args: string[]): Promise<string> => {
    const { status, stdout, stderr } = await claude.run(['task', 'submit', ...args]);
    if (status !== 0) throw new Error(`task submit ended with ${status}: ${stderr}`);
    return stdout.trim();
  };
  const see = (id: string): Promise<Task> =>
    home.ask(
      (client, signal) => client.call('GET /api/tasks/:id', undefined, { path: { id }, signal }),
      'task',
      'status',
      id,
    );
  const thatIs = (id: string, state: Task['state']): Promise<Task> =>
    eventually(
      async () => {
        const task = await see(id);
        return task.state === state && task;
      },
      `${id} is ${state}`,
      60_000,
    );

  test('is sent once the agent is at rest, one after the other, and is done with its turn', async () => {
    const first = await submit('one\nstub:hold first\nstub:say one done', '--agent', 'coder');
    const second = await submit('two\nstub:say two done', '--agent', 'coder');
    await claude.stub.waitForText('stub:hold first');
    expect((await see(second)).state).toBe('queued');
    // Another daemon sends nothing twice, and sees the turn end.
    process.kill(await home.daemonPid(), 'SIGKILL');
    expect((await see(first)).state).toBe('running');
    claude.stub.release('first');
    expect(await thatIs(first, 'completed')).toMatchObject({
      attempt: 1,
      result: { answer: 'one done', status: null },
    });
    expect(await thatIs(second, 'completed')).toMatchObject({ result: { answer: 'two done' } });
    // The checkpoint after it holds all that was said in it.
    const { manifest } = await home.json<CheckpointDetails>('checkpoint', 'show', (await see(first)).checkpoints.after ?? '');
    const said = readFileSync(manifest.conversation?.path ?? '').subarray(0, manifest.conversation?.bytes);
    expect(said.toString()).toContain('"text":"one done"');
    const { rows } = await home.json<CostReport>('cost', '--by', 'task');
    expect(rows.map(({ key }) => key)).toEqual(expect.arrayContaining([first, second]));
    expect(
      claude.stub.prompts().filter((prompt) => prompt.includes('stub:say one done')).length,
    ).toBeGreaterThan(0);
  });

  test('that is cancelled ends the turn, and one whose agent is stopped has failed', async () => {
    const lasting = await submit('wait\nstub:hold never\nstub:say not this', '--agent', 'coder');
    await claude.stub.waitForText('stub:hold never');
    await home.ok('task', 'cancel', lasting);
    claude.stub.release('never');
    await claude.idle('coder');
    expect(await see(lasting)).toMatchObject({ state: 'cancelled', result: null });
    const doomed = await submit('again\nstub:hold more\nstub:say nor this', '--agent', 'coder');
    await claude.stub.waitForText('stub:hold more');
    await home.ok('stop', 'coder');
    expect(await thatIs(doomed, 'failed')).toMatchObject({ reason: expect.stringContaining('coder ended') });
  });

  test('by a headless one of its own gives its answer and leaves no agent', async () => {
    const done = await claude.run([
      'task',
      'submit',
      'hello\nstub:say hi there',
      '--agent-type',
      'claude-code',
      '--wait',
    ]);
    expect(done).toMatchObject({ status: 0, stdout: 'hi there\n' });
    expect((await home.agents()).map(({ name }) => name)).toEqual(['coder']);
  });
});
