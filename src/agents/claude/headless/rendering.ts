/** A headless conversation for whoever looks at the pane: lines of text, escaped, as wide as the terminal folds them. */
import stripAnsi from 'strip-ansi';
import { TranscriptEntries } from '../transcript-entries.ts';
import type { InboxItem } from './inbox.ts';
import type { HeadlessStatus } from './status.ts';
import type { StreamEvent } from './stream-events.ts';

const FAINT = '\u001B[2m';
const BOLD = '\u001B[1m';
const RED = '\u001B[31m';
const GREEN = '\u001B[32m';
const YELLOW = '\u001B[33m';
const PLAIN = '\u001B[0m';

/** Of what a tool was called with, or gave back. */
const MAX_LINE = 160;

export class Rendering {
  readonly #entries = new TranscriptEntries(null);
  readonly #name: string;

  constructor(name: string) {
    this.#name = name;
  }

  prompt({ text }: Extract<InboxItem, { kind: 'prompt' }>): string {
    const [first = '', ...rest] = clean(text).split('\n');
    return [`\n${BOLD}❯ ${first}${PLAIN}`, ...rest.map((line) => `  ${line}`)].join('\n') + '\n';
  }

  event(event: StreamEvent): string {
    switch (event.kind) {
      case 'facts':
        return event.isSubagent ? '' : this.#facts(event);
      case 'failure':
        return `${RED}✘ ${line(event.failure.text)}${PLAIN}\n`;
      case 'retry':
        return `${YELLOW}… ${line(event.text)}${PLAIN}\n`;
      case 'result': {
        const { result } = event;
        const sum = `${result.turns} ${result.turns === 1 ? 'step' : 'steps'}, ${(result.durationMs / 1000).toFixed(1)} s, $${result.sessionUsd.toFixed(4)} so far`;
        const sign = result.isError ? `${RED}✘ ${line(result.subtype === 'success' ? 'failed' : result.subtype)}` : `${GREEN}✔ done`;
        return `${sign}${PLAIN} ${FAINT}(${sum})${PLAIN}\n`;
      }
      default:
        return '';
    }
  }

  /** What changed from one status to the next, where somebody has to know. */
  status(before: HeadlessStatus, now: HeadlessStatus): string {
    if (now.question !== null && now.question.id !== before.question?.id) {
      const choice = now.question.options.length > 0 ? now.question.options.map(line).join(' | ') : 'allow|deny';
      return `${YELLOW}? ${line(now.question.text)}${PLAIN}\n  answer: muxward answer ${this.#name} ${choice}\n`;
    }
    if (now.state === 'limited' && before.state !== 'limited') return `${YELLOW}… waits until ${now.limitedUntil ?? '?'} and goes on by itself${PLAIN}\n`;
    return '';
  }

  #facts({ facts }: Extract<StreamEvent, { kind: 'facts' }>): string {
    const entries = [...this.#entries.add(facts.filter(({ kind }) => kind !== 'prompt')), ...this.#entries.running()];
    return entries
      .map(({ text, tool }) => {
        if (tool === null) return `${clean(text).trimEnd()}\n`;
        const call = `${line(tool.name)} ${line(tool.summary)}`;
        if (tool.outcome === 'running') return `${FAINT}· ${call}${PLAIN}\n`;
        return tool.outcome === 'ok' ? `  ${GREEN}✔${PLAIN} ${FAINT}${line(tool.result)}${PLAIN}\n` : `  ${RED}✘ ${line(tool.result)}${PLAIN}\n`;
      })
      .join('');
  }
}

// Control characters but newline and tab, and marks that reverse the direction of what follows.
// oxlint-disable-next-line no-control-regex -- control characters are what this is about
const HARMFUL = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u200E\u200F\u202A-\u202E\u2066-\u2069]/g;

function clean(text: string): string {
  return stripAnsi(text).replaceAll(HARMFUL, '');
}

function line(text: string): string {
  const flat = clean(text).replaceAll(/\s+/g, ' ').trim();
  return flat.length > MAX_LINE ? `${flat.slice(0, MAX_LINE - 1)}…` : flat;
}
