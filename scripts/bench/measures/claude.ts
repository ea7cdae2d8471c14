/**
 * What muxward costs a Claude Code agent: a call of its hook, from there to `status`, and the start of one beside a bare
 * `claude`. The last runs the real program of the tests, offline, against their stand-in for the Messages API.
 */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { hookCommand } from '../../../src/agents/claude/settings-file.ts';
import { connect } from '../../../src/client/index.ts';
import { installClaude } from '../../../test/helpers/claude/install-claude.ts';
import { BenchError } from '../bench-error.ts';
import type { Bench } from '../bench.ts';
import { FirstTurns } from '../first-turns.ts';
import { inTurns, type Take } from '../in-turns.ts';
import { lineOfMedians, type Line } from '../line.ts';
import { runOrThrow } from '../timed-command.ts';

/** Calls are short, and many come at once. */
const CALLS_A_REP = 40;
const CALLS_IN_A_ROW = 20;

/** A small shell makes the calls: to fork this very process would take longer than what is measured. */
const IN_A_ROW = `n=0; while [ $n -lt ${CALLS_IN_A_ROW} ]; do /bin/sh -c "$1" <"$2" >/dev/null || exit; n=$((n + 1)); done`;
const STARTS_A_REP = 4;
const SHOWN_WITHIN_MS = 5000;
const CALL = hookCommand(path.resolve(import.meta.dirname, '../../..'), 'PreToolUse');
const HOOKED = 'hooked';

export async function measureClaude(bench: Bench): Promise<Line[]> {
  const { muxward, options } = bench;
  await muxward.warmUp();
  const calls = new HookCalls(bench);
  const call = await inTurns({ muxward: calls.call, sh: calls.nothing }, (options.reps * CALLS_A_REP) / CALLS_IN_A_ROW, 1);
  await calls.spawn();
  const shown = await inTurns({ muxward: calls.untilShown }, options.reps * CALLS_A_REP, 10);
  const lines = [
    lineOfMedians('Claude Code: a hook call', call.summaries, [{ kind: 'value', below: 6 }]),
    lineOfMedians('… until status shows it', shown.summaries, [{ kind: 'value', below: 50 }]),
    ...(await firstTurns(bench)),
  ];
  await muxward.end();
  return lines;
}

async function firstTurns(bench: Bench): Promise<Line[]> {
  let program: string;
  try {
    program = await installClaude();
  } catch (error) {
    process.stderr.write(`the start of Claude Code is not measured, since it cannot be installed here: ${error instanceof Error ? error.message : String(error)}\n`);
    return [];
  }
  const turns = await FirstTurns.prepare(bench, program);
  try {
    const { summaries, failures } = await inTurns({ muxward: turns.ofMuxward, claude: turns.ofBare }, bench.options.reps * STARTS_A_REP, 1);
    const failed: Line = { what: '… first turn: did not come', unit: '', values: failures, bars: [{ kind: 'none' }] };
    return [lineOfMedians('… start to first turn', summaries, [{ kind: 'more-than', other: 'claude', atMost: 300 }]), failed];
  } finally {
    await turns.end();
  }
}

/** Hook calls as Claude Code makes them: a shell that reads the script, with the call's JSON on its input. */
class HookCalls {
  readonly #bench: Bench;
  readonly #env: Readonly<Record<string, string>>;
  readonly #unread: string;
  #count = 0;

  constructor(bench: Bench) {
    this.#bench = bench;
    const { folder } = bench.muxward;
    this.#env = { ...bench.scratch.env, MUXWARD_HOME: folder, MUXWARD_GENERATION: '1' };
    // An agent that no daemon knows of: what it costs the caller, and nothing else.
    this.#unread = path.join(folder, 'run/unread/hooks.d');
    fs.mkdirSync(this.#unread, { recursive: true, mode: 0o700 });
  }

  readonly call: Take = async () => {
    for (const name of fs.readdirSync(this.#unread)) fs.rmSync(path.join(this.#unread, name));
    return this.#inARow(CALL);
  };

  readonly nothing: Take = async () => this.#inARow(':');

  /** In place of Claude Code, something that is quiet: every hook call is made here. */
  async spawn(): Promise<void> {
    const quiet = path.join(this.#bench.scratch.folder, 'claude');
    fs.writeFileSync(quiet, '#!/bin/sh\nexec sleep 100000\n', { mode: 0o755 });
    await runOrThrow(this.#bench.scratch, this.#bench.muxward.run('spawn', HOOKED, '--type', 'claude-code', '--', quiet));
  }

  readonly untilShown: Take = async () => {
    const client = connect({ home: this.#bench.muxward.folder });
    const startedAtMs = performance.now();
    this.#callOnce(HOOKED, CALL);
    while (performance.now() - startedAtMs < SHOWN_WITHIN_MS) {
      const { activity } = await client.call('GET /api/agents/:name', undefined, { path: { name: HOOKED } });
      if (activity.detail?.startsWith(`T${this.#count} `) || activity.detail === `T${this.#count}`) return performance.now() - startedAtMs;
    }
    return null;
  };

  /** @returns what one call took, on the average */
  #inARow(command: string): number {
    const { file, env } = this.#prepare('unread');
    const startedAtMs = performance.now();
    const { status } = spawnSync('/bin/sh', ['-c', IN_A_ROW, 'sh', command, file], { env, stdio: 'ignore' });
    const ms = performance.now() - startedAtMs;
    if (status !== 0) throw new BenchError(`a hook call ended with ${status}`, command);
    return ms / CALLS_IN_A_ROW;
  }

  #callOnce(agent: string, command: string): void {
    const { file, env } = this.#prepare(agent);
    const input = fs.openSync(file, 'r');
    try {
      const { status } = spawnSync('/bin/sh', ['-c', command], { env, stdio: [input, 'ignore', 'ignore'] });
      if (status !== 0) throw new BenchError(`a hook call ended with ${status}`, command);
    } finally {
      fs.closeSync(input);
    }
  }

  /** Each call is of a tool of another name, so that it can be told from the one before. Its input is a file: a pipe takes as long as it is written. */
  #prepare(agent: string): { readonly file: string; readonly env: Readonly<Record<string, string>> } {
    this.#count += 1;
    const payload = { session_id: 's', hook_event_name: 'PreToolUse', tool_name: `T${this.#count}`, tool_use_id: `t${this.#count}`, tool_input: { command: 'make test' } };
    const file = path.join(this.#bench.scratch.folder, 'call.json');
    fs.writeFileSync(file, JSON.stringify(payload));
    return { file, env: { ...this.#env, MUXWARD_AGENT: agent } };
  }
}
