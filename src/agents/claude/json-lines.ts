/** Cuts a growing file of one JSON document a line into lines, as bytes come: a line is given once its end is there. */

const NEWLINE = 0x0a;

/** A longer line is passed over: nothing that is looked for here is as long, and memory is not the agent's to take. */
const MAX_LINE_BYTES = 64 * 2 ** 20;

export class JsonLines {
  #pieces: Buffer[] = [];
  #bytes = 0;
  #skipping = false;
  readonly #maxBytes: number;

  constructor(maxBytes = MAX_LINE_BYTES) {
    this.#maxBytes = maxBytes;
  }

  /** Bytes that belong to a line whose end has not come yet. */
  get pending(): number {
    return this.#bytes;
  }

  /** The lines that `chunk` completes, without their newline. Bytes that are no UTF-8 become U+FFFD. */
  push(chunk: Buffer): string[] {
    const lines: string[] = [];
    let from = 0;
    for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, from)) {
      this.#take(chunk.subarray(from, at));
      if (!this.#skipping) lines.push(Buffer.concat(this.#pieces).toString());
      this.#forget();
      from = at + 1;
    }
    if (from < chunk.length) this.#take(chunk.subarray(from));
    return lines;
  }

  #take(piece: Buffer): void {
    this.#bytes += piece.length;
    if (this.#bytes > this.#maxBytes) {
      this.#skipping = true;
      this.#pieces = [];
    } else if (!this.#skipping) {
      this.#pieces.push(piece);
    }
  }

  #forget(): void {
    this.#pieces = [];
    this.#bytes = 0;
    this.#skipping = false;
  }
}

/** The document of a line, or undefined where it holds none: a transcript may end in half a line. */
export function parseObject(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What is there if it is of that kind, so that a field of another version cannot break anything. */
export function textIn(object: Readonly<Record<string, unknown>>, key: string): string | undefined {
  const value = object[key];
  return typeof value === 'string' ? value : undefined;
}

/** A count; 0 where there is none. */
export function countIn(object: Readonly<Record<string, unknown>>, key: string): number {
  const value = object[key];
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : 0;
}

export function objectIn(object: Readonly<Record<string, unknown>>, key: string): Readonly<Record<string, unknown>> {
  const value = object[key];
  return isObject(value) ? value : {};
}
