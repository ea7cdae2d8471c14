/**
 * What else could be asked of a Claude Code session besides what its activity rests on: the title of its terminal and
 * its session file (what `claude agents --json` shows), and whether muxward knows its version. They decide nothing here;
 * where they differ, that is told. Pure.
 */
import type { Activity, Witness } from '../../core/activity.ts';
import { isTriedClaude, TRIED_CLAUDE } from '../../core/tried-claude.ts';
import type { SessionFact } from './session-file.ts';

/** `✳`, on the other hand, was seen while it worked, too: it tells nothing. */
const BUSY_TITLE = /^[◐◑◒◓]/;

/** Null: there is none. */
export function witnessesOf(activity: Activity, title: string | null, session: SessionFact | null): Witness[] {
  const { status } = activity;
  // After its turn it may wait for what goes on in the background.
  const isAfterTurn = status === 'working' && /^(?:waits for|ends its turn|takes up)/.test(activity.detail ?? '');
  const isOver = status === 'idle' || status === 'error' || status === 'limited';
  const saysSession = session && { busy: status === 'working', idle: isOver || isAfterTurn, shell: isAfterTurn, waiting: status === 'waiting' }[session.status];
  return [
    ...(title !== null && BUSY_TITLE.test(title) ? [{ source: 'title', says: 'working', evidence: title, at: null, agrees: !isOver } as const] : []),
    ...(session === null ? [] : [{ source: 'session', says: session.status, evidence: session.waitingFor ?? '', at: session.at, agrees: status === 'unknown' || saysSession === true } as const]),
    ...(typeof session?.version !== 'string' || isTriedClaude(session.version) ? [] : [{ source: 'version', says: session.version, evidence: `muxward was tried with ${TRIED_CLAUDE}`, at: null, agrees: false } as const]),
  ];
}
