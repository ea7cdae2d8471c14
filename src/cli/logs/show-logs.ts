/** Shows logs: what is stored, and then, for as long as it is wanted, what is added. */
import fs from 'node:fs';
import { LinePrinter, type PrinterSettings } from './line-printer.ts';
import { LogFollower } from './log-follower.ts';
import { readAt } from './log-pieces.ts';
import { openStoredLog, type StoredLog, type StoredSelection } from './stored-log.ts';

const CHUNK_BYTES = 256 * 1024;
/** fs.watch tells of most changes at once; this finds the others, and logs that did not exist. */
const POLL_MS = 500;
const UNFINISHED_AFTER_MS = 200;
/** After so long others get their turn, Ctrl-C for one: a flood never ends by itself. */
const TURN_MS = 50;

export interface LogRequest {
  readonly path: string;
  readonly prefix: string;
}

export interface ShowSettings extends StoredSelection {
  readonly raw: boolean;
  readonly grep: RegExp | null;
  readonly timestamps: boolean;
  readonly follow: boolean;
  /** With `follow`: nothing is added any more once this is there. */
  readonly ends?: Promise<unknown>;
  /** Nothing but whole lines is written, raw or not. */
  readonly wholeLines?: boolean;
  readonly write: (text: string) => void;
  /** As it is: for `--raw` of one log. */
  readonly writeBytes: (bytes: Buffer) => void;
  readonly onLoss: (path: string) => void;
}

/** Resolves when all is shown; with `follow` when `untilMs` or `ends` has come, or never. */
export async function showLogs(requests: readonly LogRequest[], settings: ShowSettings): Promise<void> {
  const logs = requests.map((request) => new ShownLog(request, settings, requests.length === 1 && !settings.wholeLines));
  for (const log of logs) log.showStored();
  if (!settings.follow) return;
  const stops = logs.map((log) => log.follow());
  await new Promise<void>((resolve) => {
    const { untilMs, ends } = settings;
    void ends?.then(() => resolve());
    if (untilMs !== null) setTimeout(resolve, Math.min(2 ** 31 - 1, Math.max(0, untilMs - Date.now())));
  });
  for (const stop of stops) stop();
}

class ShownLog {
  readonly #path: string;
  readonly #settings: ShowSettings;
  readonly #printer: LinePrinter;
  readonly #isAlone: boolean;
  readonly #stored: StoredLog;
  readonly #follower: LogFollower;
  #stamp = '';

  constructor({ path, prefix }: LogRequest, settings: ShowSettings, isAlone: boolean) {
    this.#path = path;
    this.#settings = settings;
    this.#isAlone = isAlone;
    this.#stored = openStoredLog(path, settings);
    this.#follower = new LogFollower(path, this.#stored.position, () => settings.onLoss(path));
    const { raw, grep, write, timestamps } = settings;
    const printer: PrinterSettings = { raw, grep, prefix, write, stamp: timestamps ? () => this.#stamp : null };
    this.#printer = new LinePrinter(printer);
  }

  /** A stored line was written at the latest when its file was: more is not known. */
  showStored(): void {
    for (const { descriptor, start, untilMs } of this.#stored.pieces) {
      this.#stamp = `<=${new Date(untilMs).toISOString()}`;
      for (let at = start; ; ) {
        const bytes = readAt(descriptor, at, CHUNK_BYTES);
        if (bytes.length === 0) break;
        this.#push(bytes);
        at += bytes.length;
      }
      fs.closeSync(descriptor);
    }
    if (this.#stored.writtenMs !== null) this.#stamp = `<=${new Date(this.#stored.writtenMs).toISOString()}`;
    this.#showFirst(this.#stored.bytes);
    if (!this.#settings.follow) this.#printer.end();
    else if (this.#isAlone) this.#printer.showUnfinished();
  }

  /** What was there when it was asked for: a program may print faster than it is shown. */
  #showFirst(count: number): void {
    let left = count;
    if (left <= 0) return;
    for (const bytes of this.#follower.read()) {
      this.#push(bytes);
      left -= bytes.length;
      if (left <= 0 && !this.#follower.isInPiece) return;
    }
  }

  /** @returns a function that ends it. */
  follow(): () => void {
    let idle: NodeJS.Timeout | undefined;
    let next: NodeJS.Immediate | undefined;
    let watcher: fs.FSWatcher | undefined;
    // Never in the watcher's own call: while changes keep coming, that one is called again before anything else has its turn.
    const soon = (): void => void (next ??= setImmediate(look));
    const look = (): void => {
      next = undefined;
      watcher ??= watchIfThere(this.#path, soon);
      this.#stamp = new Date().toISOString();
      const turnEndsAtMs = performance.now() + TURN_MS;
      for (const bytes of this.#follower.read()) {
        this.#push(bytes);
        clearTimeout(idle);
        idle = setTimeout(() => this.#isAlone && this.#printer.showUnfinished(), UNFINISHED_AFTER_MS);
        if (this.#follower.isInPiece || performance.now() < turnEndsAtMs) continue;
        soon();
        break;
      }
    };
    const poll = setInterval(soon, POLL_MS);
    look();
    return () => {
      look();
      clearInterval(poll);
      clearTimeout(idle);
      clearImmediate(next);
      watcher?.close();
      this.#printer.end();
    };
  }

  #push(bytes: Buffer): void {
    const { raw, grep, timestamps, writeBytes } = this.#settings;
    if (raw && grep === null && !timestamps && this.#isAlone) writeBytes(bytes);
    else this.#printer.push(bytes);
  }
}

function watchIfThere(path: string, onChange: () => void): fs.FSWatcher | undefined {
  try {
    const watcher = fs.watch(path, onChange);
    // Polling goes on without it.
    watcher.on('error', () => watcher.close());
    return watcher;
  } catch {
    return undefined;
  }
}
