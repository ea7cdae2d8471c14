/** How a look at its session file changes what is known of a Claude Code session. Pure. */
import { isAtRest, mayGoOn, nothingRuns, type Mind } from './mind.ts';
import type { SessionFact } from './session-file.ts';

/** The session file is written within this time of the Stop hook, sometimes just before. */
const SLACK_MS = 20;

/** The mind after a look at the session file. What is older than the last hook changes nothing. */
export function see(mind: Mind, session: SessionFact): Mind {
  const { session: last } = mind;
  if (last !== null && last.at === session.at && last.status === session.status && last.sessionId === session.sessionId) return mind;
  const seen = { ...mind, session, sessionId: mind.sessionId ?? session.sessionId };
  const slackMs = session.status === 'idle' || session.status === 'shell' ? SLACK_MS : 0;
  if (mind.heardAt !== null && Date.parse(session.at) + slackMs <= Date.parse(mind.heardAt)) return seen;
  const evidence = { at: session.at, evidence: `session file: ${session.status}` };
  switch (session.status) {
    case 'busy':
      return mind.phase === 'compacting' || isWorking(mind) ? { ...seen, asks: [] } : { ...seen, asks: [], queued: 0, phase: 'working', ...evidence };
    case 'waiting':
      return mind.asks.length > 0 ? seen : { ...seen, asks: [{ key: 'session', text: session.waitingFor ?? 'something', ...evidence }] };
    case 'shell':
      return mind.phase === 'background' ? seen : { ...nothingRuns(seen), background: { shell: 'a shell' }, phase: 'background', ...evidence };
    case 'idle':
      if (mind.phase === 'starting' && mind.promptGiven) return { ...seen, phase: 'prompted', ...evidence };
      // Between two turns it says so for a tenth of a second, and what went on in the background wakes it when it ends.
      if (mind.phase === 'background') return { ...nothingRuns(seen), queued: 1, phase: 'turn-over', ...evidence };
      return isAtRest(mind) || mayGoOn(mind) || mind.phase === 'prompted' ? seen : { ...nothingRuns(seen), phase: 'idle', ...evidence };
  }
}

function isWorking({ phase, asks: open }: Mind): boolean {
  return phase === 'working' && open.length === 0;
}
