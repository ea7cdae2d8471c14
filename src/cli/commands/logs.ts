/** `logs`: what agents have printed, from the log files, with or without a daemon. */
import { defineCommand } from '../command.ts';
import type { Context } from '../context.ts';
import { logPath } from '../../config/paths.ts';
import { EXIT, MuxwardError } from '../../core/errors.ts';
import { printable } from '../../core/names.ts';
import { namesOfLogs } from '../logs/known-logs.ts';
import { showLogs, type LogRequest, type ShowSettings } from '../logs/show-logs.ts';
import { writeErr } from '../output.ts';
import { createPalette } from '../render/palette.ts';
import { actingSelectorOf, SELECTOR_OPTIONS, type SelectorFlags } from '../selector-options.ts';
import { parseTime } from '../time-option.ts';

interface LogsOptions extends Omit<SelectorFlags, 'state'> {
  readonly follow?: boolean;
  readonly lines?: string;
  readonly since?: string;
  readonly until?: string;
  readonly grep?: string;
  readonly raw?: boolean;
  readonly timestamps?: boolean;
}

export const command = defineCommand<LogsOptions>({
  arguments: '[names...]',
  options: [
    { flags: '-f, --follow', about: 'stay, and show what is added' },
    { flags: '-n, --lines <n>', about: 'only the last n lines (default: all)' },
    { flags: '--since <time>', about: '2030-01-31T12:00:00Z, or 10m for ten minutes ago' },
    { flags: '--until <time>', about: 'the same; with -f it ends then' },
    { flags: '--grep <regexp>', about: 'only lines that match' },
    { flags: '--raw', about: 'as printed, with colours and cursor movements' },
    { flags: '-t, --timestamps', about: 'the time before each line' },
    ...SELECTOR_OPTIONS.filter(({ flags }) => !flags.startsWith('--state')),
  ],
  notes: [
    'A log holds what an agent printed, byte for byte, and so no times. With -f lines are marked with the time at',
    'which they came. For what was stored before, only the times of whole files are known: --timestamps marks such',
    'lines <=TIME, when their file was last written, and --since and --until show each file that overlaps whole.',
  ].join('\n'),
  examples: [
    { run: 'muxward logs crawler -n 50', about: 'the last 50 lines' },
    { run: "muxward logs -f 'api-*' --grep 'ERROR|WARN'", about: 'several, live, only some lines' },
  ],
  async run({ context, args, options }) {
    const selector = actingSelectorOf('logs', args, options);
    const settings = settingsOf(context, options);
    const names = await namesOfLogs(context.paths, context.runningDaemon, selector);
    if (context.json) return await showJson(context, names, settings);
    await showLogs(await requestsOf(context, names), settings);
    return EXIT.ok;
  },
});

function settingsOf(context: Context, options: LogsOptions): ShowSettings {
  const { follow = false, raw = false, timestamps = false, since, until, lines, grep } = options;
  const now = Date.now();
  return {
    follow,
    raw,
    timestamps,
    lines: lines === undefined ? null : linesOf(lines),
    sinceMs: since === undefined ? null : parseTime(since, '--since', now),
    untilMs: until === undefined ? null : parseTime(until, '--until', now),
    grep: grep === undefined ? null : grepOf(grep),
    write: context.out,
    writeBytes: context.out,
    onLoss: (path) => writeErr(`✘ part of ${path} was rotated away before it could be shown\n`),
  };
}

async function requestsOf(context: Context, names: readonly string[]): Promise<LogRequest[]> {
  const palette = await createPalette(context.color);
  const width = Math.max(0, ...names.map((name) => name.length));
  return names.map((name, index) => ({
    path: logPath(context.paths, name),
    prefix: names.length === 1 ? '' : palette.nth(index, `${name.padEnd(width)} | `),
  }));
}

/** One document, or with `-f` one object a line. */
async function showJson(context: Context, names: readonly string[], settings: ShowSettings): Promise<number> {
  const lines = new Map(names.map((name) => [name, new Array<string>()]));
  let time = (): string | null => null;
  const shown = names.map((name) => {
    const write = (text: string): void => {
      const line = text.replace(/\n$/, '');
      if (settings.follow) context.out(`${JSON.stringify({ agent: name, line, at: time() })}\n`);
      else lines.get(name)?.push(line);
    };
    const request = { path: logPath(context.paths, name), prefix: '' };
    return showLogs([request], { ...settings, timestamps: false, write, writeBytes: (bytes) => write(bytes.toString()), wholeLines: true });
  });
  // What was stored is written by now: when it came is not known.
  time = () => new Date().toISOString();
  await Promise.all(shown);
  if (!settings.follow) context.out(`${JSON.stringify({ logs: names.map((agent) => ({ agent, lines: lines.get(agent) ?? [] })) })}\n`);
  return EXIT.ok;
}

function linesOf(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new MuxwardError('usage', `--lines: "${printable(text)}" is no number of lines`, { hint: 'a whole number, for example -n 100' });
}

function grepOf(text: string): RegExp {
  try {
    return new RegExp(text, 'u');
  } catch (error) {
    throw new MuxwardError('usage', `--grep: ${(error as Error).message}`, {
      hint: 'a regular expression of JavaScript; put \\ before . * + ? ( ) [ ] { } | ^ $ to mean themselves',
    });
  }
}
