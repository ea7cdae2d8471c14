/**
 * The private tmux server of one home: its sessions, panes, keys and screens. The only place that knows tmux's
 * arguments and formats. Sessions are addressed as `=name`, panes as `%id`; it decides nothing about agents.
 */
import { setImmediate as sent } from 'node:timers/promises';
import { MuxwardError } from '../core/errors.ts';
import { Connection, HOLDING_SESSION, NOTHING } from './connection.ts';
import { launchCommands, logNewSessions, readLaunch, type LaunchOutcome, type LaunchRequest } from './launch-commands.ts';
import { PANE_FORMAT, readPane, SIDE_WINDOW, type Pane } from './pane.ts';
import { commandLine, literalFormat } from './quote.ts';

/** tmux reads all of a file before it starts the first agent in it: of many, so many are told in a file of their own before. */
const AT_ONCE = 4;

export class TmuxServer extends Connection {
  /** Side windows that are being made, by session and name. */
  readonly #sideWindows = new Map<string, Promise<number>>();
  #buffers = 0;

  /**
   * Starts all in one go. Every pane's output is piped to its log before the server reads any of it: tmux works
   * off a sourced file, and what hooks add to it, without looking at terminals.
   */
  async launch(requests: readonly LaunchRequest[]): Promise<readonly LaunchOutcome[]> {
    const commands = requests.map((request) => launchCommands(request, this.size(), this.logs));
    const first = this.batch([[logNewSessions(this.logs)], ...commands.slice(0, AT_ONCE)]);
    const others = commands.length > AT_ONCE ? sent().then(() => this.batch(commands.slice(AT_ONCE))) : [];
    const [, ...replies] = (await Promise.all([first, others])).flat();
    const again = requests.some((request) => request.pane !== null) ? await this.panes() : [];
    return replies.map((reply, i) => readLaunch(reply, requests[i]?.pane ?? null, again));
  }

  /** All panes of all agents, or why they cannot be known. @throws TmuxUnreachable */
  async panes(): Promise<readonly Pane[]> {
    const panes = (await this.must(['list-panes', '-a', '-F', PANE_FORMAT])).map(readPane);
    // The session that this very client is attached to is always among them: a list without it is none.
    if (!panes.some(({ session }) => session === HOLDING_SESSION)) throw new MuxwardError('tmux', 'tmux list-panes left out sessions that are there');
    return panes.filter(({ session }) => session !== HOLDING_SESSION);
  }

  /** Ends a session and hangs up what runs in it. True if it was there. */
  async killSession(session: string): Promise<boolean> {
    return (await this.run(['kill-session', '-t', `=${session}`])).ok;
  }

  /** What the pane shows now, as plain text. */
  async screen(pane: string): Promise<{ text: string; columns: number; rows: number; cursor: { column: number; row: number } }> {
    const format = '#{pane_width} #{pane_height} #{cursor_x} #{cursor_y}';
    const [size, lines] = await Promise.all([
      this.must(['display-message', '-p', '-t', pane, format]),
      this.must(['capture-pane', '-p', '-t', pane]),
    ]);
    const [columns = 0, rows = 0, column = 0, row = 0] = (size[0] ?? '').split(' ').map(Number);
    return { text: lines.join('\n'), columns, rows, cursor: { column, row } };
  }

  /** The screen with its attributes, its cursor and its title; what a user sees in copy mode is not it. */
  async look(pane: string): Promise<{ lines: readonly string[]; cursor: { column: number; row: number }; title: string }> {
    const [[state = ''], lines] = await Promise.all([
      this.must(['display-message', '-p', '-t', pane, '#{cursor_x} #{cursor_y} #{pane_title}']),
      this.must(['capture-pane', '-p', '-e', '-t', pane]),
    ]);
    const [, column, row, title = ''] = /^(\d+) (\d+) (.*)$/.exec(state) ?? [];
    return { lines, cursor: { column: Number(column), row: Number(row) }, title };
  }

  /** Presses keys by tmux's names. */
  async keys(pane: string, keys: readonly string[]): Promise<void> {
    await this.#leaveMode(pane);
    await this.must(['send-keys', '-t', pane, '--', ...keys]);
  }

  /** Puts text into the pane exactly, as a bracketed paste where the program asked for those; no key is interpreted. */
  async paste(pane: string, text: string): Promise<void> {
    await this.#leaveMode(pane);
    const buffer = `muxward-${process.pid}-${(this.#buffers += 1)}`;
    await this.withFile(text, (file) => this.must(['load-buffer', '-b', buffer, file]));
    await this.must(['paste-buffer', '-p', '-r', '-d', '-b', buffer, '-t', pane]);
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
    const lines = await this.must(['list-windows', '-t', `=${session}`, '-F', `#{window_index} #{${SIDE_WINDOW}}`]);
    const there = lines.find((line) => line.endsWith(` ${name}`));
    if (there !== undefined) return Number.parseInt(there, 10);
    const place = lines.some((line) => line.startsWith('1 ')) ? '' : '1';
    const [index = ''] = await this.must(['new-window', '-d', '-P', '-F', '#{window_index}', '-t', `=${session}:${place}`, '-n', name, ...NOTHING]);
    await this.must(['set-option', '-w', '-t', `=${session}:${index}`, SIDE_WINDOW, name]);
    const begin = commandLine(['respawn-pane', '-t', `=${session}:${index}.0`, ...argv]);
    const isLookedAt = `#{&&:#{==:#{window_index},${index}},#{pane_dead}}`;
    const onLook = commandLine(['if-shell', '-F', '-t', `=${session}:`, isLookedAt, begin]);
    for (const event of ['session-window-changed', 'client-attached', 'client-session-changed']) {
      await this.must(['set-hook', '-t', `=${session}:`, `${event}[${index}]`, onLook]);
    }
    return Number(index);
  }

  /** Gives a session that a user renamed its name back: an agent is found by it. A name that is taken stays so. */
  async renameSession(from: string, to: string): Promise<void> {
    await this.run(['rename-session', '-t', `=${from}`, to]);
  }

  /** Ends the log pipe of a pane in which nothing runs any more. */
  async closeLog(pane: Pane): Promise<void> {
    await this.must(['pipe-pane', '-t', pane.id]);
  }

  /** Ends what runs in a side window, and keeps the window. A hook cannot: the one on leaving finds the wrong session. */
  async restSideWindow(pane: Pane): Promise<void> {
    await this.must(['respawn-pane', '-k', '-t', pane.id, ...NOTHING]);
  }

  /** Sets user options (`@muxward_state` …) of sessions, for the status line; sessions that are gone are passed over. */
  async setSessionOptions(options: readonly { session: string; name: string; value: string }[]): Promise<void> {
    if (options.length === 0) return;
    await this.batch(options.map((o) => [['set-option', '-q', '-t', `=${o.session}:`, o.name, o.value]]));
  }

  /** Shows a line to everyone who is attached; resolves with how many there were. */
  async tellClients(text: string): Promise<number> {
    const lines = await this.must(['list-clients', '-F', '#{client_control_mode} #{client_name}']);
    const clients = lines.flatMap((line) => (line.startsWith('0 ') ? [line.slice(2)] : []));
    for (const client of clients) await this.run(['display-message', '-c', client, '-d', '8000', literalFormat(text)]);
    return clients.length;
  }

  /** Sets a user option that holds for all sessions. */
  async setGlobalOption(name: string, value: string): Promise<void> {
    await this.must(['set-option', '-g', name, value]);
  }

  async #leaveMode(pane: string): Promise<void> {
    const [mode] = await this.must(['display-message', '-p', '-t', pane, '#{pane_in_mode}']);
    if (mode !== '0' && mode !== '') await this.must(['send-keys', '-t', pane, '-X', 'cancel']);
  }
}
