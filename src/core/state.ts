/**
 * The nine lifecycle states of an agent and the one table that says which event leads where.
 * Pure: deciding *whether* an agent is run again is restart-policy.ts, doing it is the daemon.
 */

/** Every state an agent can be in, in the order in which a life usually passes through them. */
export const STATES = [
  'created',
  'spawning',
  'ready',
  'executing',
  'waiting',
  'paused',
  'terminating',
  'terminated',
  'failed',
] as const;

export type State = (typeof STATES)[number];

/** What can happen to an agent, as far as its lifecycle is concerned. */
export const TRIGGERS = [
  /** its session or its process is being started, by the user or by the restart policy */
  'launch',
  /** its process runs */
  'started',
  /** it took up a turn or a task */
  'busy',
  /** it asks the user something */
  'asks',
  /** it has nothing to do */
  'idle',
  'pause',
  'resume',
  /** the user or a limit asks it to end */
  'stop',
  /** its process ended and the policy says that this was all right */
  'finished',
  /** its process ended, or could not start, and the policy gives up */
  'gave-up',
] as const;

export type Trigger = (typeof TRIGGERS)[number];

type Row = Partial<Record<Trigger, State>>;

const ENDS: Row = { finished: 'terminated', 'gave-up': 'failed', stop: 'terminating' };
const RUNS: Row = { ...ENDS, busy: 'executing', asks: 'waiting', idle: 'ready', pause: 'paused', launch: 'spawning' };

const TABLE: Record<State, Row> = {
  created: { launch: 'spawning', stop: 'terminated', 'gave-up': 'failed' },
  spawning: { ...ENDS, launch: 'spawning', started: 'ready' },
  ready: RUNS,
  executing: RUNS,
  waiting: RUNS,
  paused: { ...ENDS, resume: 'ready', launch: 'spawning' },
  terminating: { launch: 'spawning', stop: 'terminating', finished: 'terminated', 'gave-up': 'failed' },
  terminated: { launch: 'spawning' },
  failed: { launch: 'spawning', stop: 'terminated' },
};

/**
 * The state that `trigger` leads to from `from`, or undefined where the table has no such edge
 * (the caller decides whether that is a refusal or a late event to be ignored).
 */
export function nextState(from: State, trigger: Trigger): State | undefined {
  return TABLE[from][trigger];
}

/** A process of the agent runs, or should run, in these states. */
export function isLive(state: State): boolean {
  return state !== 'created' && state !== 'terminated' && state !== 'failed';
}

/** The agent's process is there and is not on its way out. */
export function isRunning(state: State): boolean {
  return state === 'ready' || state === 'executing' || state === 'waiting' || state === 'paused';
}
