/** One entry of a conversation as lines for people: who, when, and what; a tool in one line with what came of it. Pure. */
import cliTruncate from 'cli-truncate';
import stringWidth from 'string-width';
import type { TranscriptEntry, TranscriptTool } from '../../core/transcript.ts';
import { localTime } from './local-time.ts';
import type { Look } from './look.ts';
import { safeLine, safeText } from './safe-text.ts';

export interface EntryOptions {
  /** Long texts and results as a whole. */
  readonly full: boolean;
  readonly nowMs: number;
}

const WHO = { user: 'you', assistant: 'claude', tool: '', system: 'note' } as const;
const WHO_WIDTH = 6;
const NO_TIME = '--:--:--';

/** Of a text that is not shown in full. */
const MAX_TEXT_LINES = 12;

/** Of a tool's line in a pipe, which has no width of its own. */
const PIPE_WIDTH = 200;

export function renderEntry(entry: TranscriptEntry, look: Look, options: EntryOptions): string {
  const { palette } = look;
  const time = entry.at === null ? NO_TIME : localTime(entry.at, options.nowMs);
  const who = entry.subagent === null ? WHO[entry.who] : `  ↳`;
  const head = `${palette.faint(time)}  ${paintWho(entry, who.padEnd(WHO_WIDTH), look)}  `;
  const indent = stringWidth(time) + 2 + WHO_WIDTH + 2;
  const body = entry.tool === null ? textLines(entry, options) : toolLines(entry.tool, look, indent, options);
  return `${body.map((line, index) => (index === 0 ? head : ' '.repeat(indent)) + line).join('\n')}\n`;
}

function paintWho({ who }: TranscriptEntry, text: string, { palette }: Look): string {
  if (who === 'user') return palette.strong(text);
  return who === 'system' ? palette.attention(text) : palette.faint(text);
}

function textLines({ text }: TranscriptEntry, { full }: EntryOptions): string[] {
  const lines = safeText(text).trim().split('\n').map((line) => line.replaceAll('\t', '  '));
  if (full || lines.length <= MAX_TEXT_LINES) return lines;
  return [...lines.slice(0, MAX_TEXT_LINES - 1), `… ${lines.length - MAX_TEXT_LINES + 1} more lines (--full)`];
}

function toolLines(tool: TranscriptTool, look: Look, indent: number, { full }: EntryOptions): string[] {
  const room = Math.max(20, Math.min(look.width, indent + PIPE_WIDTH) - indent);
  const sign = signOf(tool, look);
  const call = [safeLine(tool.name), safeLine(tool.summary)].filter((part) => part !== '').join(' ');
  const result = safeLine(tool.result);
  const shown = cut(call, result === '' ? room - 2 : Math.max(12, Math.floor(room * 0.6)));
  const left = room - 2 - stringWidth(shown) - 2;
  if (full) return [`${sign} ${call}`, ...(tool.result === '' ? [] : safeText(tool.result).split('\n').map((line) => `  ${line}`))];
  if (result === '' || left < 8) return [`${sign} ${shown}`];
  return [`${sign} ${shown}  ${look.palette.faint(cut(result, left))}`];
}

function signOf({ outcome }: TranscriptTool, { palette }: Look): string {
  if (outcome === 'ok') return palette.good('✔');
  return outcome === 'failed' ? palette.bad('✘') : palette.attention('…');
}

function cut(text: string, width: number): string {
  return stringWidth(text) > width ? cliTruncate(text, width) : text;
}
