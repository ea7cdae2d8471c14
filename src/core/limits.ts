/** What an agent may use, and what follows when it uses more. Shapes and defaults; enforcing is src/daemon/limits/. */

export const LIMIT_NAMES = ['memory', 'cpu', 'timeout', 'processes', 'output'] as const;
export type LimitName = (typeof LIMIT_NAMES)[number];

/**
 * `alert`: an event, no more. `throttle`: its processes are stopped for a part of the time. `restart`: it is ended, and
 * the restart policy decides. `stop`: it is ended and stays down.
 */
export const LIMIT_ACTIONS = ['alert', 'throttle', 'restart', 'stop'] as const;
export type LimitAction = (typeof LIMIT_ACTIONS)[number];

/** As Docker and systemd have it: memory and time end a process, CPU is slowed down; what can only be counted is told. */
const DEFAULT_LIMIT_ACTIONS: Readonly<Record<LimitName, LimitAction>> = {
  memory: 'restart',
  cpu: 'throttle',
  timeout: 'restart',
  processes: 'alert',
  output: 'alert',
};

export interface Limits {
  readonly memoryBytes: number | null;
  /** Cores: 1.5 is one and a half. */
  readonly cpu: number | null;
  /** Wall time of one generation. */
  readonly timeoutMs: number | null;
  readonly processes?: number | null;
  /** What one generation prints. */
  readonly outputBytes?: number | null;
  /** Where they are not as by default. */
  readonly actions?: { readonly [N in LimitName]?: LimitAction };
}

/** In the limit's own unit: bytes, cores, milliseconds or processes; null where there is none. */
export function limitOf(limits: Limits, name: LimitName): number | null {
  switch (name) {
    case 'memory':
      return limits.memoryBytes;
    case 'cpu':
      return limits.cpu;
    case 'timeout':
      return limits.timeoutMs;
    case 'processes':
      return limits.processes ?? null;
    case 'output':
      return limits.outputBytes ?? null;
  }
}

export function actionOf(limits: Limits, name: LimitName): LimitAction {
  return limits.actions?.[name] ?? DEFAULT_LIMIT_ACTIONS[name];
}

/** CPU alone can be had later. */
export function canThrottle(name: LimitName): boolean {
  return name === 'cpu';
}
