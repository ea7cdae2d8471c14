/** `send`, `keys`, `capture`, `attach`: the agent's terminal. */
import { MuxwardError } from '../../core/errors.ts';
import type { AttachReply, InputRequest, KeysRequest, Routes, ScreenReply } from '../../core/protocol.ts';
import { isRunning } from '../../core/state.ts';
import { printable } from '../../core/names.ts';
import { claudeCode } from '../../agents/claude/launch.ts';
import { headlessMessage } from '../../agents/claude/message.ts';
import type { ManagedAgent } from '../managed-agent.ts';
import { sideWindowCommand, type SideWindow } from '../side-window.ts';
import type { Daemon } from './context.ts';
import { refuseAtMenu } from './screen-now.ts';

/** Names of keys in tmux(1), KEY BINDINGS. */
const KEY =
  /^(?:[CMS]-)*(?:[^\p{C}\s]|Enter|Escape|Space|B?Tab|BSpace|Up|Down|Left|Right|Home|End|IC|Insert|DC|Delete|NPage|PageDown|PgDn|PPage|PageUp|PgUp|F(?:[1-9]|1[0-2]))$/iu;

/** Types the text exactly and submits it once. A type that can prove that it arrived says so. */
export async function input(daemon: Daemon, name: string, request: InputRequest): Promise<Routes['POST /api/agents/:name/input']['gives']> {
  const { text, submit } = request;
  const agent = daemon.registry.get(name);
  const pane = livePane(agent);
  if (agent.spec.type === claudeCode.name) refusePaused(agent);
  if (agent.spec.headless) return { proof: await daemon.headless.prompt(agent, headlessMessage(text, request.command ?? false), request.wait ?? true) };
  if (agent.spec.type === claudeCode.name) {
    const proof = await daemon.typist.send(agent, pane, { text, submit, wait: request.wait ?? true, isCommand: request.command ?? false });
    daemon.registry.emit('agent.typed', name, { bytes: Buffer.byteLength(text) });
    return { proof };
  }
  if (request.command) throw new MuxwardError('usage', `--command: ${name} is of type ${agent.spec.type}`, { hint: 'it is for Claude Code agents' });
  if (submit) await refuseAtMenu(daemon, agent, pane);
  await typeText(daemon, agent, pane, { text, submit });
  return { proof: 'typed' };
}

/** @throws MuxwardError `usage` for what a terminal would take for keys */
export async function typeText(daemon: Daemon, agent: ManagedAgent, pane: string, { text, submit }: Pick<InputRequest, 'text' | 'submit'>): Promise<void> {
  // oxlint-disable-next-line no-control-regex -- a NUL or an escape sequence in pasted text would be read as keys
  if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/.test(text)) {
    throw new MuxwardError('usage', 'the text holds control characters, which a terminal would take for keys', {
      hint: 'send keys with: muxward keys NAME C-c',
    });
  }
  if (submit) daemon.screens.typing(agent);
  if (text !== '') await daemon.tmux.paste(pane, text);
  if (submit && text !== '') await daemon.screens.pasted(agent);
  if (submit) await daemon.tmux.keys(pane, ['Enter']);
  daemon.registry.emit('agent.typed', agent.spec.name, { bytes: Buffer.byteLength(text) });
}

export async function keys(daemon: Daemon, name: string, request: KeysRequest): Promise<Record<never, never>> {
  const agent = daemon.registry.get(name);
  for (const key of request.keys) checkKey(key);
  const pane = livePane(agent);
  if (request.keys.includes('Enter')) daemon.screens.typing(agent);
  await daemon.tmux.keys(pane, request.keys);
  return {};
}

export async function screen({ registry, tmux }: Daemon, name: string): Promise<ScreenReply> {
  const agent = registry.get(name);
  if (agent.record.pane === null) throw noSession(agent);
  return { name: agent.spec.name, ...(await tmux.screen(agent.record.pane)) };
}

export async function attach(daemon: Daemon, name: string, window: 'main' | SideWindow): Promise<AttachReply> {
  const { registry, tmux, installation, typeOf } = daemon;
  const agent = registry.get(name);
  if (agent.record.pane === null) throw noSession(agent);
  const { sideWindow } = await typeOf(agent.spec.type);
  const { name: session } = agent.spec;
  const open = (kind: SideWindow): Promise<number> => tmux.ensureSideWindow(session, kind, sideWindowCommand(installation, kind, session));
  // Its own is window 1 whatever is asked for; the other one comes behind it once somebody asks.
  const own = await open(sideWindow);
  const windowIndex = window === 'main' ? 0 : window === sideWindow ? own : await open(window);
  return { name: session, session, socket: tmux.socket, windowIndex };
}

/** Nothing would prove that it arrived. */
function refusePaused({ spec, record }: ManagedAgent): void {
  if (record.state !== 'paused') return;
  throw new MuxwardError('failed', `${spec.name} is paused, so nothing was typed: ${printable(record.reason)}`, { hint: `muxward resume ${spec.name}` });
}

/** tmux types what it does not know as text; here that is a slip. */
function checkKey(key: string): void {
  if (KEY.test(key)) return;
  throw new MuxwardError('usage', `"${printable(key)}" is no key`, {
    hint: 'one character, or C-c, M-x, S-Up, Enter, Escape, Tab, Space, BSpace, Up, Down, Left, Right, Home, End, PageUp, PageDown, F1 … F12; text is typed by muxward send',
  });
}

/** The pane of an agent that runs. @throws MuxwardError `failed` */
export function livePane(agent: ManagedAgent): string {
  const { spec, record } = agent;
  if (!isRunning(record.state)) {
    throw new MuxwardError('failed', `${spec.name} does not run (${record.state}), so nobody reads what is typed`, {
      hint: `muxward start ${spec.name}`,
    });
  }
  if (record.pane === null) throw noSession(agent);
  return record.pane;
}

function noSession({ spec, record }: ManagedAgent): MuxwardError {
  return new MuxwardError('failed', `${spec.name} has no tmux session (${record.state}: ${record.reason})`, {
    hint: `muxward start ${spec.name}, or read what it printed: muxward logs ${spec.name}`,
  });
}
