/** `transcript`: an agent's conversation, as Claude Code wrote it down. */
import { EXIT, MuxwardError } from '../../core/errors.ts';
import { checkName, printable } from '../../core/names.ts';
import type { TranscriptEntry } from '../../core/transcript.ts';
import { defineCommand } from '../command.ts';
import { daemonWent } from '../follow-agents.ts';

const DEFAULT_LINES = 50;
const MAX_LINES = 100_000;

interface TranscriptOptions {
  readonly follow?: boolean;
  readonly lines?: string;
  readonly full?: boolean;
}

export const command = defineCommand<TranscriptOptions>({
  arguments: '<name>',
  options: [
    { flags: '-f, --follow', about: 'stay, and show what is said' },
    { flags: '-n, --lines <n>', about: `the last n entries (default: ${DEFAULT_LINES})` },
    { flags: '--full', about: 'long texts and what tools gave back as a whole' },
  ],
  notes: 'Only Claude Code writes a conversation down. With --json: {"name","entries":[…]}, with -f one entry a line.',
  examples: [
    { run: 'muxward transcript coder -n 20', about: 'the last things said and done' },
    { run: 'muxward transcript coder -f', about: 'as it goes on' },
  ],
  async run({ context, args: [name = ''], options }) {
    checkName(name);
    const { follow = false } = options;
    const entries = context.daemon.follow('GET /api/agents/:name/transcript', { limit: linesOf(options.lines), follow }, { path: { name } });
    if (context.json && !follow) {
      const all: TranscriptEntry[] = [];
      for await (const entry of entries) all.push(entry);
      context.out(`${JSON.stringify({ name, entries: all })}\n`);
      return EXIT.ok;
    }
    const { renderEntry } = await import('../render/transcript-lines.ts');
    const { createLook } = await import('../render/look.ts');
    const look = await createLook(context);
    let shown = 0;
    for await (const entry of entries) {
      shown += 1;
      context.out(context.json ? `${JSON.stringify(entry)}\n` : renderEntry(entry, look, { full: options.full ?? false, nowMs: Date.now() }));
    }
    if (follow) throw daemonWent();
    if (shown === 0) context.note(`Nothing was said yet. Say something: muxward send ${name} "…"`);
    return EXIT.ok;
  },
});

function linesOf(text: string | undefined): number {
  if (text === undefined) return DEFAULT_LINES;
  const lines = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (lines >= 1 && lines <= MAX_LINES) return lines;
  throw new MuxwardError('usage', `--lines: "${printable(text)}" is no number of entries`, { hint: `a whole number from 1 to ${MAX_LINES}` });
}
