/**
 * The program in the pane of a headless agent: runs Claude Code's print mode as its child, hands prompts and answers to
 * it, shows what happens, and tells the state in files. Needs no daemon: `node headless.js RUN-FOLDER [--exit-when-done] -- CLAUDE ARG…`.
 * Who attaches can type a prompt and press Enter; Ctrl-C interrupts the turn, and where there is none, twice ends it.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { JsonLines, parseObject, textIn } from '../json-lines.ts';
import { HeadlessConversation, type Effect } from './conversation.ts';
import { putIntoInbox, readInbox } from './inbox.ts';
import { Rendering } from './rendering.ts';
import { PROMPT_FILE, readStatus, RESULT_FILE, STATUS_FILE, writeJson } from './status.ts';
import { streamEventOf } from './stream-events.ts';

const LOOK_EVERY_MS = 500;
const TWICE_WITHIN_MS = 2000;
/** setTimeout counts in 32 bits. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

class Driver {
  readonly #runFolder: string;
  readonly #child: ChildProcess;
  readonly #conversation: HeadlessConversation;
  readonly #rendering: Rendering;
  readonly #itemFiles = new Map<string, string>();
  #interruptedAtMs = 0;
  #failed = false;

  constructor(runFolder: string, exitWhenDone: boolean, command: readonly string[]) {
    const [program = '', ...args] = command;
    this.#runFolder = runFolder;
    const before = readStatus(runFolder);
    const generation = Number(process.env['MUXWARD_GENERATION'] ?? 0);
    this.#rendering = new Rendering(process.env['MUXWARD_AGENT'] ?? 'NAME');
    this.#conversation = new HeadlessConversation({ generation, exitWhenDone, now: () => new Date() }, before);
    // A session of its own: Ctrl-C in the pane is ours, and means another thing than the end of the program.
    this.#child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'], detached: true });
    this.#child.stdin?.on('error', () => undefined);
    this.#child.on('error', (error) => this.#fail(`${program}: ${error.message}`));
    this.#child.on('close', (code, signal) => this.#end(code, signal));
    this.#listen();
    const first = takePrompt(runFolder);
    if (first) process.stdout.write(this.#rendering.prompt({ kind: 'prompt', ...first }));
    this.#carryOut(this.#conversation.begin(first ?? null, before?.state ?? null));
    this.#look();
  }

  #listen(): void {
    const lines = new JsonLines();
    this.#child.stdout?.on('data', (chunk: Buffer) => {
      for (const line of lines.push(chunk)) this.#hear(line);
    });
    process.on('SIGINT', () => this.#interrupt());
    for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void this.#child.kill(signal));
    fs.mkdirSync(path.join(this.#runFolder, 'inbox'), { recursive: true, mode: 0o700 });
    try {
      fs.watch(path.join(this.#runFolder, 'inbox'), () => this.#look());
    } catch {
      // The timer finds it.
    }
    setInterval(() => this.#look(), LOOK_EVERY_MS);
    if (process.stdin.isTTY) {
      createInterface({ input: process.stdin, terminal: false }).on('line', (text) => {
        if (text.trim() !== '') putIntoInbox(this.#runFolder, { kind: 'prompt', id: crypto.randomUUID(), text });
      });
    }
  }

  #hear(line: string): void {
    const event = streamEventOf(line);
    if (event === undefined) return;
    process.stdout.write(this.#rendering.event(event));
    this.#carryOut(this.#conversation.hear(event));
  }

  #look(): void {
    for (const { file, item } of readInbox(this.#runFolder)) {
      if (this.#itemFiles.get(item.id) === file) continue;
      this.#itemFiles.set(item.id, file);
      if (item.kind === 'prompt') process.stdout.write(this.#rendering.prompt(item));
      this.#carryOut(this.#conversation.take(item));
    }
  }

  #told = '';

  #carryOut(effects: readonly Effect[]): void {
    for (const effect of effects) this.#do(effect);
    this.#tell();
  }

  #tell(): void {
    const { status } = this.#conversation;
    const { at: _at, ...content } = status;
    const text = JSON.stringify(content);
    if (text === this.#told) return;
    const before = readStatus(this.#runFolder) ?? status;
    process.stdout.write(this.#rendering.status(before, status));
    writeJson(this.#runFolder, STATUS_FILE, status);
    this.#told = text;
  }

  #do(effect: Effect): void {
    switch (effect.do) {
      case 'write':
        this.#child.stdin?.write(`${JSON.stringify(effect.message)}\n`);
        return;
      case 'forget': {
        // Told as taken first: whoever waits for that must not find neither.
        this.#tell();
        const file = this.#itemFiles.get(effect.item);
        if (file !== undefined) fs.rmSync(file, { force: true });
        return;
      }
      case 'result':
        this.#failed = effect.result.isError;
        writeJson(this.#runFolder, RESULT_FILE, effect.result);
        return;
      case 'close':
        this.#child.stdin?.end();
        return;
      case 'wake':
        this.#wakeAt(effect.atMs);
    }
  }

  /** In steps: a machine that slept wakes up with its timers late. */
  #wakeAt(atMs: number): void {
    const leftMs = atMs - Date.now();
    if (leftMs <= 0) return this.#carryOut(this.#conversation.resume());
    setTimeout(() => this.#wakeAt(atMs), Math.min(leftMs, 30_000, LONGEST_TIMER_MS));
  }

  #interrupt(): void {
    const isIdle = this.#conversation.status.state === 'idle';
    if (isIdle && Date.now() - this.#interruptedAtMs < TWICE_WITHIN_MS) {
      this.#child.stdin?.end();
      return;
    }
    this.#interruptedAtMs = Date.now();
    if (isIdle) process.stdout.write('(Ctrl-C again ends it)\n');
    else this.#carryOut(this.#conversation.take({ kind: 'interrupt', id: crypto.randomUUID() }));
  }

  #fail(message: string): void {
    process.stderr.write(`✘ ${message}\n`);
    process.exit(127);
  }

  #end(code: number | null, signal: NodeJS.Signals | null): void {
    this.#conversation.end();
    this.#tell();
    if (signal !== null) {
      process.removeAllListeners(signal);
      process.kill(process.pid, signal);
      return;
    }
    process.exit(code === 0 && this.#failed ? 1 : (code ?? 1));
  }
}

function takePrompt(runFolder: string): { id: string; text: string } | undefined {
  const file = path.join(runFolder, PROMPT_FILE);
  if (!fs.existsSync(file)) return undefined;
  const fields = parseObject(fs.readFileSync(file, 'utf8'));
  const [id, text] = fields ? [textIn(fields, 'id'), textIn(fields, 'text')] : [];
  return id === undefined || text === undefined || text === '' ? undefined : { id, text };
}

const [runFolder = '', ...words] = process.argv.slice(2);
const at = words.indexOf('--');
void new Driver(runFolder, words.slice(0, at).includes('--exit-when-done'), words.slice(at + 1));
