/**
 * The ladder of recovery: what follows an end beyond the restart policy. Restarts with back-off come first, then the
 * last good checkpoint, then another program or model, each with a fresh budget of restarts; then `failed`. And for
 * each kind of end another action, where the user wants one. Pure, on top of restart-policy.ts.
 */
import { describeEnd, type EndKind } from './end.ts';
import { isHopeless, judgeEnd, NO_RESTARTS, parkUntil, type Ending, type RestartMemory, type RestartSettings, type Verdict } from './restart-policy.ts';

export const END_ACTIONS = ['restart', 'roll-back', 'fail-over', 'park', 'fail'] as const;
export type EndAction = (typeof END_ACTIONS)[number];

/** What runs instead: whatever is left out stays as it was. */
export interface Failover {
  readonly type?: string;
  /** Program and arguments; the program is absolute. */
  readonly command?: readonly string[];
  /** On top of the agent's own. Values are secret. */
  readonly env?: Readonly<Record<string, string>>;
  readonly model?: string;
}

export interface RecoverySettings {
  /** What follows an end of this kind, instead of what usually does. */
  readonly on: { readonly [K in EndKind]?: EndAction };
  /** After so many restarts in a row that came to nothing, its files go back to the last good checkpoint. Null: never. */
  readonly rollBackAfter: number | null;
  readonly failover: Failover | null;
  /** How long `park` waits where nobody knows until when. */
  readonly parkMs: number;
}

export const DEFAULT_RECOVERY: RecoverySettings = { on: {}, rollBackAfter: null, failover: null, parkMs: 15 * 60_000 };

/** Which rungs were climbed. Forgotten when the user starts the agent; `rolledBack` also after a stable run. */
export interface LadderMemory {
  readonly rolledBack: boolean;
  readonly failedOver: boolean;
}

export const FOOT_OF_THE_LADDER: LadderMemory = { rolledBack: false, failedOver: false };

export type Judgement =
  | Verdict
  | { readonly action: 'roll-back'; readonly reason: string; readonly memory: RestartMemory }
  | { readonly action: 'fail-over'; readonly reason: string; readonly memory: RestartMemory };

export interface LadderSettings {
  readonly restart: RestartSettings;
  readonly recovery: RecoverySettings;
}

/** The verdict on one end: the restart policy's own, or the next rung. */
export function judgeOnLadder(settings: LadderSettings, memory: RestartMemory, ladder: LadderMemory, ending: Ending): Judgement {
  const { restart, recovery } = settings;
  const { end } = ending;
  const usual = judgeEnd(restart, memory, ending);
  if (usual.action === 'finish' || restart.policy === 'no') return usual;
  const said = recovery.on[end.kind];
  if (said !== undefined) return follow(said, settings, { memory, ladder, ending });
  if (usual.action === 'restart') return isTimeToRollBack(recovery, usual.memory, ladder) ? rollBack(ending) : usual;
  if (usual.action !== 'give-up' || isHopeless(end.kind)) return usual;
  return nextRung(recovery, ladder, ending) ?? { ...usual, reason: `${usual.reason}${alsoTried(ladder)}` };
}

interface Scene {
  readonly memory: RestartMemory;
  readonly ladder: LadderMemory;
  readonly ending: Ending;
}

/** What the user wants of this kind of end. An action that cannot be taken a second time fails. */
function follow(action: EndAction, { restart, recovery }: LadderSettings, { memory, ladder, ending }: Scene): Judgement {
  const what = describeEnd(ending.end);
  switch (action) {
    case 'fail':
      return { action: 'give-up', reason: `${what}, and that is final for this agent` };
    case 'park': {
      const until = parkUntil(ending.end, recovery.parkMs);
      return { action: 'park', until, reason: `${what}, starts again at ${until}` };
    }
    case 'restart':
      return climbing(judgeEnd(restart, memory, { ...ending, end: { ...ending.end, kind: 'lost', detail: what } }), recovery, ladder, ending);
    case 'roll-back':
      return ladder.rolledBack ? { action: 'give-up', reason: `${what}, and it was rolled back before` } : rollBack(ending);
    case 'fail-over':
      return canFailOver(recovery, ladder) ? failOver(ending) : { action: 'give-up', reason: `${what}, and nothing is left to fail over to` };
  }
}

function climbing(verdict: Verdict, recovery: RecoverySettings, ladder: LadderMemory, ending: Ending): Judgement {
  return verdict.action === 'give-up' ? (nextRung(recovery, ladder, ending) ?? verdict) : verdict;
}

/** The row counts this restart too: the first is made anyhow. */
function isTimeToRollBack({ rollBackAfter }: RecoverySettings, { inARow }: RestartMemory, { rolledBack }: LadderMemory): boolean {
  return rollBackAfter !== null && !rolledBack && inARow > rollBackAfter;
}

function nextRung(recovery: RecoverySettings, ladder: LadderMemory, ending: Ending): Judgement | undefined {
  if (recovery.rollBackAfter !== null && !ladder.rolledBack) return rollBack(ending);
  return canFailOver(recovery, ladder) ? failOver(ending) : undefined;
}

function canFailOver({ failover }: RecoverySettings, { failedOver }: LadderMemory): boolean {
  return failover !== null && !failedOver;
}

function rollBack({ end }: Ending): Judgement {
  return { action: 'roll-back', reason: `${describeEnd(end)}, goes back to its last good checkpoint`, memory: NO_RESTARTS };
}

function failOver({ end }: Ending): Judgement {
  return { action: 'fail-over', reason: `${describeEnd(end)}, fails over`, memory: NO_RESTARTS };
}

function alsoTried({ rolledBack, failedOver }: LadderMemory): string {
  const tried = [...(rolledBack ? ['a roll-back'] : []), ...(failedOver ? ['failing over'] : [])];
  return tried.length === 0 ? '' : `, also after ${tried.join(' and ')}`;
}
