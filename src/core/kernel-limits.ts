/** Which limits the kernel can hold an agent to, by cgroup v2, and what is to be written there. Pure. */
import { actionOf, type LimitName, type Limits } from './limits.ts';

/** In the order in which people are told of them. */
export const CONTROLLERS = ['memory', 'cpu', 'pids'] as const;
export type Controller = (typeof CONTROLLERS)[number];

const LIMIT_OF: Readonly<Record<Controller, LimitName>> = { memory: 'memory', cpu: 'cpu', pids: 'processes' };

/** What people call them. */
export function limitsOf(controllers: readonly Controller[]): LimitName[] {
  return controllers.map((one) => LIMIT_OF[one]);
}

/** A control group of its own makes a difference to it. */
export function canUseKernel({ memoryBytes, cpu, processes }: Limits): boolean {
  return memoryBytes !== null || cpu !== null || typeof processes === 'number';
}

const PERIOD_US = 100_000;

/**
 * The kernel counts threads as well, of which one process has many: so it is told no exact limit, but one that a
 * program which forks without end is stopped by until a sample has found it.
 */
const TASKS_A_PROCESS = 16;
const SPARE_TASKS = 256;

/**
 * The values to write, file by file. `alert` wants an event and no more: the kernel counts then, and bounds nothing.
 * A limit on memory would otherwise be met by swapping; and what is killed at it is the agent, not a part of it.
 */
export function kernelValues(limits: Limits, controllers: readonly Controller[]): [file: string, value: string][] {
  const values: [string, string][] = [];
  const isBounded = (name: LimitName): boolean => ['restart', 'stop'].includes(actionOf(limits, name));
  if (limits.memoryBytes !== null && controllers.includes('memory') && isBounded('memory')) {
    values.push(['memory.max', String(limits.memoryBytes)], ['memory.swap.max', '0'], ['memory.oom.group', '1']);
  }
  if (holdsCpu(limits, controllers)) values.push(['cpu.max', `${Math.max(1000, Math.round((limits.cpu ?? 0) * PERIOD_US))} ${PERIOD_US}`]);
  if (typeof limits.processes === 'number' && controllers.includes('pids') && isBounded('processes')) {
    values.push(['pids.max', String(limits.processes * TASKS_A_PROCESS + SPARE_TASKS)]);
  }
  return values;
}

/** The kernel slows it down: its processes need not be stopped for a part of the time. */
export function holdsCpu(limits: Limits, controllers: readonly Controller[]): boolean {
  return limits.cpu !== null && controllers.includes('cpu') && actionOf(limits, 'cpu') === 'throttle';
}
