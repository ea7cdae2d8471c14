/**
 * The private tmux server of one home: its sessions, panes, keys and screens. The only place that knows tmux's
 * arguments and formats. Sessions are addressed as `=name`, panes as `%id`; it decides nothing about agents.
 */
import fs from 'node:fs';
import path from 'node:path';
import { MuxwardError } from '../core/errors.ts';
import { printable } from '../core/names.ts';
import { identify, livenessOf, type Identity } from '../system/identity.ts';
import { quote } from '../system/sh-quote.ts';
import { ControlClient, TmuxUnreachable, type Reply } from './control-client.ts';
import { commandLine, literalFormat } from './quote.ts';

/** Holds the server and the control client; agents' names cannot begin with `_`. Its pane is dead: it costs no process. */
const HOLDING_SESSION = '_muxward';

/** Ends at once; `remain-on-exit` keeps its pane without a process. */
const NOTHING = ['sh', '-c', ':'] as const;

/** What holds whatever the configuration says: a pane outlives its process, and the server its last session. */
const ESSENTIALS = ['start-server', ';', 'set-option', '-g', 'remain-on-exit', 'on', ';', 'set-option', '-s', 'exit-empty', 'off', ';'];

/** Window option that marks a side window, and says which it is. */
const SIDE_WINDOW = '@muxward_side';

/** The name comes last, because a user's own session may have spaces in it. Without UTF-8 tmux prints no tabs. */
const PANE_FORMAT =
  '#{pane_id} #{pane_pid} #{pane_dead} #{pane_pipe} #{window_index} #{session_attached} #{?' + SIDE_WINDOW + ',1,0} #{session_name}';
const PANE_LINE = /^(%\d+) (\d+) (\d?) (\d?) (\d+) (\d+) ([01]) (.+)$/;

export interface Pane {
  readonly session: string;
  readonly id: string;
  /** The process tmux started in it: our wrapper, in a main pane. */
  readonly pid: number;
  readonly dead: boolean;
  /** What it prints goes to its log. */
  readonly isPiped: boolean;
  readonly windowIndex: number;
  /** A client shows its session. */
  readonly isAttached: boolean;
  /** In the window that muxward put beside the main one; a user's own window may bear the same number. */
  readonly isSide: boolean;
}

export interface LaunchRequest {
  readonly session: string;
  /** A pane to run it in again, or null for a new session. */
  readonly pane: string | null;
  readonly cwd: string;
  readonly argv: readonly string[];
  /** Where everything the pane prints is appended. */
  readonly logPath: string;
}

export type LaunchOutcome =
  | { readonly ok: true; readonly pane: string; readonly pid: number }
  | { readonly ok: false; readonly message: string };

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

export class TmuxServer {
  readonly #options: ServerOptions;
  #client: ControlClient | null = null;
  #connecting: Promise<void> | null = null;
  #batches = 0;
  /** Side windows that are being made, by session and name. */
  readonly #sideWindows = new Map<string, Promise<number>>();
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
      args: ['-u', '-S', socket, '-f', config, ...ESSENTIALS, 'new-session', '-A', '-s', HOLDING_SESSION, ...this.#size(), ...NOTHING],
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
    await this.#must(['set-option', '-g', 'history-limit', String(scrollbackLines)]);
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
    await this.#must(['unbind-key', '-q', 'C-b']);
    await this.#must(['set-option', '-g', 'prefix', prefix]);
    await this.#must(['bind-key', prefix, 'send-prefix']);
  }

  #size(): string[] {
    const { columns, rows } = this.#options.settings;
    return ['-x', String(columns), '-y', String(rows)];
  }

  /** Drops the connection; the server and everything in it goes on. */
  disconnect(): void {
    const client = this.#client;
    this.#client = null;
    client?.close();
  }

  /**
   * Starts all in one go. Every pane's output is piped to its log before the server reads any of it: tmux works
   * off a sourced file without looking at terminals, so nothing is missed, and children start while pipes are made.
   */
  async launch(requests: readonly LaunchRequest[]): Promise<readonly LaunchOutcome[]> {
    const replies = await this.#batch(requests.map((request) => launchCommands(request, this.#size())));
    const again = requests.some((request) => request.pane !== null) ? await this.panes() : [];
    return replies.map((reply, i) => readLaunch(reply, requests[i]?.pane ?? null, again));
  }

  /** All panes of all agents, or why they cannot be known. @throws TmuxUnreachable */
  async panes(): Promise<readonly Pane[]> {
    const panes = (await this.#must(['list-panes', '-a', '-F', PANE_FORMAT])).map(readPane);
    // The session that this very client is attached to is always among them: a list without it is none.
    if (!panes.some(({ session }) => session === HOLDING_SESSION)) throw new MuxwardError('tmux', 'tmux list-panes left out sessions that are there');
    return panes.filter(({ session }) => session !== HOLDING_SESSION);
  }

  /** Ends a session and hangs up what runs in it. True if it was there. */
  async killSession(session: string): Promise<boolean> {
    return (await this.#run(['kill-session', '-t', `=${session}`])).ok;
  }

  /** What the pane shows now, as plain text. */
  async screen(pane: string): Promise<{ text: string; columns: number; rows: number; cursor: { column: number; row: number } }> {
    const format = '#{pane_width} #{pane_height} #{cursor_x} #{cursor_y}';
    const [size, lines] = await Promise.all([
      this.#must(['display-message', '-p', '-t', pane, format]),
      this.#must(['capture-pane', '-p', '-t', pane]),
    ]);
    const [columns = 0, rows = 0, column = 0, row = 0] = (size[0] ?? '').split(' ').map(Number);
    return { text: lines.join('\n'), columns, rows, cursor: { column, row } };
  }

  /** The screen with its attributes, its cursor and its title; what a user sees in copy mode is not it. */
  async look(pane: string): Promise<{ lines: readonly string[]; cursor: { column: number; row: number }; title: string }> {
    const [[state = ''], lines] = await Promise.all([
      this.#must(['display-message', '-p', '-t', pane, '#{cursor_x} #{cursor_y} #{pane_title}']),
      this.#must(['capture-pane', '-p', '-e', '-t', pane]),
    ]);
    const [, column, row, title = ''] = /^(\d+) (\d+) (.*)$/.exec(state) ?? [];
    return { lines, cursor: { column: Number(column), row: Number(row) }, title };
  }

  /** Presses keys by tmux's names. */
  async keys(pane: string, keys: readonly string[]): Promise<void> {
    await this.#leaveMode(pane);
    await this.#must(['send-keys', '-t', pane, '--', ...keys]);
  }

  /** Puts text into the pane exactly, as a bracketed paste where the program asked for those; no key is interpreted. */
  async paste(pane: string, text: string): Promise<void> {
    await this.#leaveMode(pane);
    const buffer = `muxward-${process.pid}-${(this.#batches += 1)}`;
    const file = path.join(this.#options.scratch, `.${buffer}`);
    fs.writeFileSync(file, text, { mode: 0o600 });
    try {
      await this.#must(['load-buffer', '-b', buffer, file]);
    } finally {
      fs.rmSync(file, { force: true });
    }
    await this.#must(['paste-buffer', '-p', '-r', '-d', '-b', buffer, '-t', pane]);
  }

  /**
   * Puts a side window there if it is missing, as window 1 where that is free, with nothing running in it: its command
   * is started by hooks when somebody looks at the window, and ended by `restSideWindow` once nobody does. Those who ask
   * for it at the same moment share one attempt: the second would find its place taken.
   * @returns the window's index
   */
  ensureSideWindow(session: string, name: string, argv: readonly string[]): Promise<number> {
    const key = `${session} ${name}`;
    const underWay = this.#sideWindows.get(key) ?? this.#makeSideWindow(session, name, argv).finally(() => this.#sideWindows.delete(key));
    this.#sideWindows.set(key, underWay);
    return underWay;
  }

  async #makeSideWindow(session: string, name: string, argv: readonly string[]): Promise<number> {
    const lines = await this.#must(['list-windows', '-t', `=${session}`, '-F', `#{window_index} #{${SIDE_WINDOW}}`]);
    const there = lines.find((line) => line.endsWith(` ${name}`));
    if (there !== undefined) return Number.parseInt(there, 10);
    const place = lines.some((line) => line.startsWith('1 ')) ? '' : '1';
    const [index = ''] = await this.#must(['new-window', '-d', '-P', '-F', '#{window_index}', '-t', `=${session}:${place}`, '-n', name, ...NOTHING]);
    await this.#must(['set-option', '-w', '-t', `=${session}:${index}`, SIDE_WINDOW, name]);
    const begin = commandLine(['respawn-pane', '-t', `=${session}:${index}.0`, ...argv]);
    const isLookedAt = `#{&&:#{==:#{window_index},${index}},#{pane_dead}}`;
    const onLook = commandLine(['if-shell', '-F', '-t', `=${session}:`, isLookedAt, begin]);
    for (const event of ['session-window-changed', 'client-attached', 'client-session-changed']) {
      await this.#must(['set-hook', '-t', `=${session}:`, `${event}[${index}]`, onLook]);
    }
    return Number(index);
  }

  /** Gives a session that a user renamed its name back: an agent is found by it. A name that is taken stays so. */
  async renameSession(from: string, to: string): Promise<void> {
    await this.#run(['rename-session', '-t', `=${from}`, to]);
  }

  /** Ends the log pipe of a pane in which nothing runs any more. */
  async closeLog(pane: Pane): Promise<void> {
    await this.#must(['pipe-pane', '-t', pane.id]);
  }

  /** Ends what runs in a side window, and keeps the window. A hook cannot: the one on leaving finds the wrong session. */
  async restSideWindow(pane: Pane): Promise<void> {
    await this.#must(['respawn-pane', '-k', '-t', pane.id, ...NOTHING]);
  }

  /** Sets user options (`@muxward_state` …) of sessions, for the status line; sessions that are gone are passed over. */
  async setSessionOptions(options: readonly { session: string; name: string; value: string }[]): Promise<void> {
    if (options.length === 0) return;
    await this.#batch(options.map((o) => [['set-option', '-q', '-t', `=${o.session}:`, o.name, o.value]]));
  }

  /** Shows a line to everyone who is attached; resolves with how many there were. */
  async tellClients(text: string): Promise<number> {
    const lines = await this.#must(['list-clients', '-F', '#{client_control_mode} #{client_name}']);
    const clients = lines.flatMap((line) => (line.startsWith('0 ') ? [line.slice(2)] : []));
    for (const client of clients) await this.#run(['display-message', '-c', client, '-d', '8000', literalFormat(text)]);
    return clients.length;
  }

  /** Sets a user option that holds for all sessions. */
  async setGlobalOption(name: string, value: string): Promise<void> {
    await this.#must(['set-option', '-g', name, value]);
  }

  /** Ends the server with all its sessions, and returns when it is gone. */
  async kill(): Promise<void> {
    const client = await this.#connected();
    this.#client = null;
    await client.run(['kill-server']);
    client.close();
  }

  async #leaveMode(pane: string): Promise<void> {
    const [mode] = await this.#must(['display-message', '-p', '-t', pane, '#{pane_in_mode}']);
    if (mode !== '0' && mode !== '') await this.#must(['send-keys', '-t', pane, '-X', 'cancel']);
  }

  /** Groups of commands; all first commands run before all second ones, and so on. The replies are those of the first ones. */
  async #batch(groups: readonly (readonly (readonly string[])[])[]): Promise<readonly Reply[]> {
    const depth = Math.max(0, ...groups.map((group) => group.length));
    const lines = Array.from({ length: depth }, (_, level) => groups.flatMap((g) => g[level] ? [commandLine(g[level])] : []));
    const flat = lines.flat();
    const file = path.join(this.#options.scratch, `.batch-${process.pid}-${(this.#batches += 1)}`);
    fs.writeFileSync(file, `${flat.join('\n')}\n`, { mode: 0o600 });
    try {
      return (await (await this.#connected()).source(file, flat.length)).slice(0, groups.length);
    } finally {
      fs.rmSync(file, { force: true });
    }
  }

  async #must(args: readonly string[]): Promise<readonly string[]> {
    const reply = await this.#run(args);
    if (!reply.ok) throw new MuxwardError('tmux', `tmux ${args[0]}: ${reply.message}`, { hint: 'muxward doctor looks at tmux; muxward daemon logs tells more' });
    return reply.lines;
  }

  async #run(args: readonly string[]): Promise<Reply> {
    return (this.#client ?? (await this.#connected())).run(args);
  }

  async #connected(): Promise<ControlClient> {
    if (!this.#client) await this.connect();
    if (!this.#client) throw new TmuxUnreachable('no connection to tmux');
    return this.#client;
  }
}

/** The session or the pane first, its log pipe second; see `launch`. */
function launchCommands(request: LaunchRequest, size: readonly string[]): readonly (readonly string[])[] {
  const where = ['-c', literalFormat(request.cwd)];
  const report = ['-P', '-F', '#{pane_id} #{pane_pid}'];
  // The server's umask is the daemon's, so that only the user can read it.
  const pipe = `exec cat >>${quote(request.logPath)}`;
  const log = (target: string): string[] => ['pipe-pane', '-t', target, pipe.replaceAll('#', '##').replaceAll('%', '%%')];
  if (request.pane === null) {
    return [
      ['new-session', '-d', ...report, '-s', request.session, ...size, '-n', 'main', ...where, ...request.argv],
      log(`=${request.session}:0.0`),
    ];
  }
  return [['respawn-pane', '-k', '-t', request.pane, ...where, ...request.argv], log(request.pane)];
}

/** A new session prints its pane; of one that was used again the new process is looked up. */
function readLaunch(reply: Reply, used: string | null, panes: readonly Pane[]): LaunchOutcome {
  if (!reply.ok) return { ok: false, message: reply.message };
  if (used !== null) return { ok: true, pane: used, pid: panes.find((pane) => pane.id === used)?.pid ?? 0 };
  const [pane = '', pid = '0'] = (reply.lines[0] ?? '').split(' ');
  return { ok: true, pane, pid: Number(pid) };
}

/** @throws MuxwardError `tmux`: a server that says anything else is none that can be worked with. */
function readServerId(line: string): string {
  if (/^\d+ \d+ \S+$/.test(line)) return line;
  throw new MuxwardError('tmux', `tmux display-message printed what is no server: ${printable(line)}`);
}

/** @throws MuxwardError `tmux`: what cannot be read says nothing about any pane. */
function readPane(line: string): Pane {
  const match = PANE_LINE.exec(line);
  if (!match) throw new MuxwardError('tmux', `tmux list-panes printed what is no pane: ${printable(line)}`);
  const [, id = '', pid, dead, piped, windowIndex, attached, side, session = ''] = match;
  return {
    session,
    id,
    pid: Number(pid),
    dead: dead === '1',
    isPiped: piped === '1',
    windowIndex: Number(windowIndex),
    isAttached: attached !== '0',
    isSide: side === '1',
  };
}

