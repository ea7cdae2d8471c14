/** A pane of the server, as `list-panes` tells of it. */
import { MuxwardError } from '../core/errors.ts';
import { printable } from '../core/names.ts';

/** Window option that marks a side window, and says which it is. */
export const SIDE_WINDOW = '@muxward_side';

/** The name comes last, because a user's own session may have spaces in it. Without UTF-8 tmux prints no tabs. */
export const PANE_FORMAT =
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

/** @throws MuxwardError `tmux`: what cannot be read says nothing about any pane. */
export function readPane(line: string): Pane {
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

