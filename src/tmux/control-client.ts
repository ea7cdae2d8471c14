/**
 * tmux's control mode (tmux(1), CONTROL MODE): one long-lived client whose commands are pipelined and answered
 * in order, and which is told of sessions that come and go. Knows the protocol only; what to ask is server.ts.
 */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { StringDecoder } from 'node:string_decoder';
import { MuxwardError } from '../core/errors.ts';
import { commandLine } from './quote.ts';

/** What one command printed, or why tmux refused it. */
export type Reply = { readonly ok: true; readonly lines: readonly string[] } | { readonly ok: false; readonly message: string };

export interface ControlOptions {
  readonly tmux: string;
  /** Arguments up to and with the command that attaches, without `-C`. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** A line that begins with `%` outside of a reply, without the `%`. */
  readonly onNotification: (line: string) => void;
  /** The connection ended; `message` is what tmux said last. */
  readonly onExit: (message: string) => void;
}

interface Pending {
  readonly done: (reply: Reply) => void;
  /** It is the answer to `source-file`, or to a command in that file. */
  readonly file: string | null;
  timer: NodeJS.Timeout;
}

/** The server did not answer in time, or the connection is gone: the truth is unknown, nothing is dead by this. */
export class TmuxUnreachable extends MuxwardError {
  constructor(message: string) {
    super('tmux', message, { hint: 'muxward doctor looks at tmux; agents go on meanwhile' });
  }
}

export class ControlClient {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #options: ControlOptions;
  readonly #pending: Pending[] = [];
  readonly #decoder = new StringDecoder('utf8');
  #rest = '';
  #block: { own: boolean; lines: string[] } | null = null;
  #said = '';
  #heardAtMs = performance.now();
  #closed = false;
  #attached: { resolve: () => void; reject: (error: Error) => void } | null = null;

  private constructor(options: ControlOptions) {
    this.#options = options;
    this.#child = spawn(options.tmux, ['-C', ...options.args], { env: options.env, cwd: '/', stdio: 'pipe' });
    this.#child.stdout.on('data', (chunk: Buffer) => this.#read(chunk));
    this.#child.stderr.on('data', (chunk: Buffer) => (this.#said = chunk.toString().trim()));
    this.#child.stdin.on('error', () => {});
    this.#child.on('error', (error) => this.#close(error.message));
    this.#child.on('close', () => this.#close(this.#said || 'tmux closed the connection'));
  }

  /** Connects, starting the server if `args` do. @throws TmuxUnreachable with tmux's own words. */
  static async connect(options: ControlOptions): Promise<ControlClient> {
    const client = new ControlClient(options);
    let timer: NodeJS.Timeout | undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        client.#attached = { resolve, reject };
        timer = setTimeout(() => reject(new TmuxUnreachable(`tmux did not answer within ${options.timeoutMs} ms`)), options.timeoutMs);
      });
    } catch (error) {
      client.close();
      throw error;
    } finally {
      clearTimeout(timer);
    }
    return client;
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** One command. Many may be under way at once; each is answered in its turn. */
  run(args: readonly string[]): Promise<Reply> {
    return this.#send(commandLine(args), 1).then((replies) => replies[0] as Reply);
  }

  /**
   * All commands of a file of `count` single-command lines, in one go: the server reads no terminal between
   * them (so a pipe-pane in the same file misses nothing), and no line is bound by tmux's 16 KiB.
   */
  async source(path: string, count: number): Promise<readonly Reply[]> {
    const [head, ...rest] = await this.#send(commandLine(['source-file', path]), 1 + count, path);
    if (head && !head.ok) throw new MuxwardError('tmux', `tmux refused ${path}: ${head.message}`, { hint: 'muxward doctor looks at tmux and the home' });
    return rest;
  }

  close(): void {
    this.#child.stdin.end();
    this.#child.kill();
    this.#close('closed');
  }

  #send(line: string, replies: number, file: string | null = null): Promise<Reply[]> {
    if (this.#closed) return Promise.reject(new TmuxUnreachable(`no connection to tmux: ${this.#said || 'closed'}`));
    // First, so that tmux reads while timers are set for each of its answers.
    this.#child.stdin.write(`${line}\n`);
    return Promise.all(Array.from({ length: replies }, () => this.#expect(line, file)));
  }

  #expect(line: string, file: string | null): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const { timeoutMs } = this.#options;
      const fail = (): void => reject(new TmuxUnreachable(`tmux did not answer "${line.slice(0, 60)}" within ${timeoutMs} ms`));
      const pending: Pending = { done: resolve, file, timer: setTimeout(() => this.#overdue(pending, fail), timeoutMs) };
      this.#pending.push(pending);
    });
  }

  /** A server that works off a long queue is slow, not gone: the time counts from the last thing it said. */
  #overdue(pending: Pending, fail: () => void): void {
    // What came in while this process itself was held up is read first.
    setImmediate(() => {
      const silentMs = performance.now() - this.#heardAtMs;
      if (silentMs >= this.#options.timeoutMs) return fail();
      if (this.#pending.includes(pending)) {
        pending.timer = setTimeout(() => this.#overdue(pending, fail), this.#options.timeoutMs - silentMs);
      }
    });
  }

  #read(chunk: Buffer): void {
    this.#heardAtMs = performance.now();
    const lines = (this.#rest + this.#decoder.write(chunk)).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#line(line);
  }

  #line(line: string): void {
    if (this.#block) {
      const end = /^%(end|error) \d+ \d+ (\d+)$/.exec(line);
      if (!end) this.#block.lines.push(line);
      else this.#endBlock(this.#block, end[1] === 'end');
    } else if (line.startsWith('%begin ')) {
      this.#block = { own: line.endsWith(' 1'), lines: [] };
    } else if (line.startsWith('%session-changed ')) {
      this.#attached?.resolve();
    } else if (line.startsWith('%')) {
      this.#options.onNotification(line.slice(1));
    } else {
      const file = this.#pending[0]?.file;
      // A file that cannot be opened is told of outside of all replies, after source-file itself has worked.
      if (file && line.startsWith(`${file}: `)) this.#refuse(file, line);
    }
  }

  /** No command of the file will be answered: whoever waits for that would take the answers of later ones for them. */
  #refuse(file: string, message: string): void {
    while (this.#pending[0]?.file === file) {
      const pending = this.#pending.shift();
      clearTimeout(pending?.timer);
      pending?.done({ ok: false, message });
    }
  }

  /** Blocks whose flag is not 1 answer no command of ours: they belong to the attaching. */
  #endBlock(block: { own: boolean; lines: string[] }, ok: boolean): void {
    this.#block = null;
    if (!block.own) {
      if (!ok) this.#said = block.lines.join('; ');
      return;
    }
    const pending = this.#pending.shift();
    if (!pending) return;
    clearTimeout(pending.timer);
    // Of a file's own commands each may fail; where source-file does, all of them are still to come.
    const isHead = pending.file !== null && block.lines.some((text) => text.startsWith(`${pending.file}: `));
    if (!ok && isHead && pending.file !== null) this.#refuse(pending.file, block.lines.join('; '));
    pending.done(ok ? { ok, lines: block.lines } : { ok, message: block.lines.join('; ') });
  }

  #close(message: string): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#attached?.reject(new TmuxUnreachable(message));
    for (const pending of this.#pending.splice(0)) {
      clearTimeout(pending.timer);
      pending.done({ ok: false, message: `connection lost: ${message}` });
    }
    this.#options.onExit(message);
  }
}
