/**
 * The connection to the private tmux server of one home: starts the server where there is none, knows which one it is,
 * and runs commands there, one or many at a time. What they are for is server.ts.
 */
import fs from 'node:fs';
import path from 'node:path';
import { MuxwardError } from '../core/errors.ts';
import { printable } from '../core/names.ts';
import { identify, livenessOf, type Identity } from '../system/identity.ts';
import { ControlClient, TmuxUnreachable, type Reply } from './control-client.ts';
import { commandLines } from './quote.ts';

/** Holds the server and the control client; agents' names cannot begin with `_`. Its pane is dead: it costs no process. */
export const HOLDING_SESSION = '_muxward';

/** Ends at once; `remain-on-exit` keeps its pane without a process. */
export const NOTHING = ['sh', '-c', ':'] as const;

/** What holds whatever the configuration says: a pane outlives its process, and the server its last session. */
const ESSENTIALS = ['start-server', ';', 'set-option', '-g', 'remain-on-exit', 'on', ';', 'set-option', '-s', 'exit-empty', 'off', ';'];

interface TmuxSettings {
  readonly scrollbackLines: number;
  /** As tmux writes it, `C-a`; null leaves what the configuration file says. */
  readonly prefix: string | null;
  /** Size of a session that nobody is attached to. */
  readonly columns: number;
  readonly rows: number;
  readonly timeoutMs: number;
}

export interface ServerOptions {
  readonly tmux: string;
  readonly socket: string;
  readonly config: string;
  /** Environment of the server, and so the stale part of every session's: keep it small. */
  readonly env: Readonly<Record<string, string>>;
  /** Where what panes print is appended, in a file for each session. */
  readonly logs: string;
  /** A private folder for the files that are sourced. */
  readonly scratch: string;
  /** What the user can set. */
  readonly settings: TmuxSettings;
  /** Sessions or those who look at them came or went. */
  readonly onChange: () => void;
  /** The control client lost its connection. */
  readonly onLost: (message: string) => void;
  /** Connected, again or for the first time; `serverId` tells one server from the next. */
  readonly onConnected: (serverId: string) => void;
}

export class Connection {
  readonly #options: ServerOptions;
  #client: ControlClient | null = null;
  #connecting: Promise<void> | null = null;
  #files = 0;
  /** The server's pid and start time: another one after a reconnect means that every session is gone. */
  #serverId = '';
  #process: Identity | null = null;

  constructor(options: ServerOptions) {
    this.#options = options;
  }

  get socket(): string {
    return this.#options.socket;
  }

  /** Identifies the running server; empty before the first connect. */
  get serverId(): string {
    return this.#serverId;
  }

  get serverPid(): number {
    return Number(this.#serverId.split(' ')[0] ?? 0);
  }

  get connected(): boolean {
    return this.#client !== null;
  }

  /** The process of the server that was connected last has ended. False also where that cannot be known. */
  get isServerGone(): boolean {
    if (this.#process === null) return false;
    const liveness = livenessOf(this.#process);
    return liveness === 'gone' || liveness === 'zombie' || liveness === 'recycled';
  }

  /** It is connected, and the server answers now. */
  async answers(): Promise<boolean> {
    if (this.#client === null) return false;
    const reply = await this.#client.run(['display-message', '-p', '#{pid}']).catch(() => null);
    return reply?.ok === true;
  }

  /** Attaches to the server, starting it where there is none; one attempt serves all who ask. @throws TmuxUnreachable */
  connect(): Promise<void> {
    this.#connecting ??= this.#connect().finally(() => (this.#connecting = null));
    return this.#connecting;
  }

  async #connect(): Promise<void> {
    const { tmux, socket, config, env } = this.#options;
    const { timeoutMs, prefix, scrollbackLines } = this.#options.settings;
    let client: ControlClient | null = null;
    client = await ControlClient.connect({
      tmux,
      args: ['-u', '-S', socket, '-f', config, ...ESSENTIALS, 'new-session', '-A', '-s', HOLDING_SESSION, ...this.size(), ...NOTHING],
      env,
      timeoutMs,
      onNotification: (line) => {
        if (/^(sessions-changed|unlinked-window-close|window-close|client-detached|client-session-changed)/.test(line)) this.#options.onChange();
      },
      onExit: (message) => {
        if (this.#client === null || this.#client !== client) return;
        this.#client = null;
        this.#options.onLost(message);
      },
    });
    try {
      await this.#meet(client);
    } catch (error) {
      client.close();
      throw error;
    }
    this.#client = client;
    this.#options.onConnected(this.#serverId);
    await this.must(['set-option', '-g', 'history-limit', String(scrollbackLines)]);
    if (prefix !== null) await this.#setPrefix(prefix);
  }

  /** Learns which server it is. @throws MuxwardError where what answers is none. */
  async #meet(client: ControlClient): Promise<void> {
    await client.run(['refresh-client', '-f', 'no-output,ignore-size']);
    const reply = await client.run(['display-message', '-p', '#{pid} #{start_time} #{version}']);
    this.#serverId = readServerId(reply.ok ? (reply.lines[0] ?? '') : reply.message);
    this.#process = identify(this.serverPid);
  }

  /** The old prefix does nothing any more; the new one, twice, reaches the program. */
  async #setPrefix(prefix: string): Promise<void> {
    await this.must(['unbind-key', '-q', 'C-b']);
    await this.must(['set-option', '-g', 'prefix', prefix]);
    await this.must(['bind-key', prefix, 'send-prefix']);
  }

  protected get logs(): string {
    return this.#options.logs;
  }

  /** Of a session that nobody is attached to, as arguments. */
  protected size(): string[] {
    const { columns, rows } = this.#options.settings;
    return ['-x', String(columns), '-y', String(rows)];
  }

  /** Drops the connection; the server and everything in it goes on. */
  disconnect(): void {
    const client = this.#client;
    this.#client = null;
    client?.close();
  }

  /** Ends the server with all its sessions, and returns when it is gone. */
  async kill(): Promise<void> {
    const client = await this.#connected();
    this.#client = null;
    await client.run(['kill-server']);
    client.close();
  }

  /** Groups of commands; all first commands run before all second ones, and so on. The replies are those of the first ones. */
  protected async batch(groups: readonly (readonly (readonly string[])[])[]): Promise<readonly Reply[]> {
    const depth = Math.max(0, ...groups.map((group) => group.length));
    const commands = Array.from({ length: depth }, (_, level) => groups.flatMap((g) => (g[level] ? [g[level]] : []))).flat();
    const flat = commandLines(commands);
    return this.withFile(`${flat.join('\n')}\n`, async (file) => (await (await this.#connected()).source(file, flat.length)).slice(0, groups.length));
  }

  /** A private file with this content, for as long as `use` takes: what is on a command line is there for all to read. */
  protected async withFile<T>(content: string, use: (file: string) => Promise<T>): Promise<T> {
    const file = path.join(this.#options.scratch, `.tmux-${process.pid}-${(this.#files += 1)}`);
    fs.writeFileSync(file, content, { mode: 0o600 });
    try {
      return await use(file);
    } finally {
      fs.rmSync(file, { force: true });
    }
  }

  /** @throws MuxwardError `tmux` where tmux refuses; TmuxUnreachable */
  protected async must(args: readonly string[]): Promise<readonly string[]> {
    const reply = await this.run(args);
    if (!reply.ok) throw new MuxwardError('tmux', `tmux ${args[0]}: ${reply.message}`, { hint: 'muxward doctor looks at tmux; muxward daemon logs tells more' });
    return reply.lines;
  }

  /** @throws TmuxUnreachable */
  protected async run(args: readonly string[]): Promise<Reply> {
    return (this.#client ?? (await this.#connected())).run(args);
  }

  async #connected(): Promise<ControlClient> {
    if (!this.#client) await this.connect();
    if (!this.#client) throw new TmuxUnreachable('no connection to tmux');
    return this.#client;
  }
}

/** @throws MuxwardError `tmux`: a server that says anything else is none that can be worked with. */
function readServerId(line: string): string {
  if (/^\d+ \d+ \S+$/.test(line)) return line;
  throw new MuxwardError('tmux', `tmux display-message printed what is no server: ${printable(line)}`);
}
