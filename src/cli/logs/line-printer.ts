/** From the bytes of a log to the lines that are shown: plain or raw, filtered, marked with agent and time. */
import { StringDecoder } from 'node:string_decoder';
import { plainLine } from './plain-line.ts';

/** A line that never ends is shown in pieces of this size. */
const MAX_LINE = 64 * 1024;

export interface PrinterSettings {
  readonly raw: boolean;
  /** Only lines that match; on the plain text. */
  readonly grep: RegExp | null;
  /** Written before each line: the agent's name, where there are several. */
  readonly prefix: string;
  /** What `--timestamps` puts before a line; null without. */
  readonly stamp: (() => string) | null;
  readonly write: (text: string) => void;
}

export class LinePrinter {
  readonly #settings: PrinterSettings;
  readonly #decoder = new StringDecoder('utf8');
  #rest = '';
  /** What of the unfinished line is on the screen already. */
  #shown = '';

  constructor(settings: PrinterSettings) {
    this.#settings = settings;
  }

  push(bytes: Buffer): void {
    const lines = (this.#rest + this.#decoder.write(bytes)).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#print(line);
    while (this.#rest.length > MAX_LINE) {
      this.#print(this.#rest.slice(0, MAX_LINE));
      this.#rest = this.#rest.slice(MAX_LINE);
    }
  }

  /** Shows an unfinished line, such as a prompt, without ending it. */
  showUnfinished(): void {
    const { grep, write, raw } = this.#settings;
    // oxlint-disable-next-line no-control-regex -- half an escape sequence would come out as text
    if (grep !== null || raw || /\u001B[^A-Za-z]*$/.test(this.#rest)) return;
    const text = plainLine(this.#rest);
    if (text === '' || !text.startsWith(this.#shown) || text === this.#shown) return;
    write(this.#shown === '' ? this.#lead() + text : text.slice(this.#shown.length));
    this.#shown = text;
  }

  /** Shows what is left, as the last line. */
  end(): void {
    if (this.#rest !== '') this.#print(this.#rest);
    this.#rest = '';
  }

  #print(line: string): void {
    const { raw, grep, write } = this.#settings;
    const plain = plainLine(line);
    if (grep !== null && !grep.test(plain)) return;
    const text = raw ? line : plain;
    if (this.#shown === '') write(`${this.#lead()}${text}\n`);
    else if (text.startsWith(this.#shown)) write(`${text.slice(this.#shown.length)}\n`);
    else write(`\n${this.#lead()}${text}\n`);
    this.#shown = '';
  }

  #lead(): string {
    const { prefix, stamp } = this.#settings;
    return `${prefix}${stamp === null ? '' : `${stamp()} `}`;
  }
}
