/** Runs a task by telling an agent: its description is sent once the agent is at rest, and is done when that turn ends. */
import { MuxwardError } from '../../core/errors.ts';
import { isLive, isRunning } from '../../core/state.ts';
import { isAtRest } from '../activity.ts';
import type { ManagedAgent } from '../managed-agent.ts';
import { withInput } from './run-own.ts';
import { cancelled, type RunEnd, type RunPorts } from './run-ports.ts';
import type { TaskRecord } from './task-record.ts';

/** After a daemon was killed while it typed: so long it takes to hear that the text was taken after all. */
const HEARD_WITHIN_MS = 2000;

/** Resolves when the turn is over; called again by the next daemon, it follows the turn that is under way. */
export async function runPrompt(ports: RunPorts, record: TaskRecord): Promise<RunEnd> {
  const agent = ports.registry.get(record.task.agent ?? '');
  const generation = record.rest.sent?.generation ?? agent.record.generation;
  const isInterrupted = (): boolean => record.rest.ending !== null;
  if (record.rest.sent === null) {
    // It may have been given something else since its turn came.
    await ports.registry.until(() => isInterrupted() || isAtRest(agent) || hasEnded(ports, agent, generation), null);
    if (isInterrupted()) return cancelled();
    if (!isAtRest(agent)) return endOf(ports, agent, generation);
  }
  const sentAtMs = await tell(ports, record, agent);
  if (isInterrupted()) return await breakOff(ports, record, cancelled());
  let hasWorked = !isAtRest(agent);
  const isOver = (): boolean => {
    hasWorked ||= !isAtRest(agent);
    return isInterrupted() || hasEnded(ports, agent, generation) || (isAtRest(agent) && (hasWorked || sinceMs(agent) >= sentAtMs));
  };
  const { timeoutMs } = record.task;
  const leftMs = timeoutMs === null ? null : Math.max(0, sentAtMs + timeoutMs - nowMs(ports));
  const isInTime = await ports.registry.until(isOver, leftMs);
  if (!isInTime) return await breakOff(ports, record, failed(`took longer than its limit of ${(timeoutMs ?? 0) / 1000} s`));
  if (isInterrupted()) return await breakOff(ports, record, cancelled());
  await ports.written(agent);
  return endOf(ports, agent, generation);
}

/** Gives the time at which it was sent. What an earlier daemon sent is not sent again. */
async function tell(ports: RunPorts, record: TaskRecord, agent: ManagedAgent): Promise<number> {
  const { book, registry } = ports;
  const { sent } = record.rest;
  if (sent?.isTaken) return Date.parse(sent.at);
  const sentMs = Date.parse(sent?.at ?? '');
  if (sent !== null && agent.spec.type !== 'claude-code') throw unproved(agent);
  if (sent !== null && (await registry.until(() => isRunning(agent.record.state) && agent.activity.status !== 'unknown' && sinceMs(agent) >= sentMs, HEARD_WITHIN_MS))) {
    book.change(record, { rest: { sent: { ...sent, isTaken: true } } });
    return sentMs;
  }
  const at = registry.clock.now().toISOString();
  const { generation } = agent.record;
  book.change(record, { rest: { sent: { at, isTaken: false, generation } } });
  await ports.send(agent.spec.name, withInput(record.task.description, record.task.input));
  book.change(record, { rest: { sent: { at, isTaken: true, generation } } });
  return Date.parse(at);
}

/** Of a screen nobody can tell whether Enter was pressed. */
function unproved({ spec }: ManagedAgent): MuxwardError {
  return new MuxwardError('failed', `the daemon was killed while it typed at ${spec.name}, and nothing tells whether that was taken`, { hint: `muxward attach ${spec.name}` });
}

/** Its turn is ended. That it cannot be is no reason to go on with the task. */
async function breakOff({ interrupt }: RunPorts, { task }: TaskRecord, end: RunEnd): Promise<RunEnd> {
  try {
    await interrupt(task.agent ?? '');
    return end;
  } catch (error) {
    if (!(error instanceof MuxwardError)) throw error;
    return { ...end, reason: `${end.reason} (its turn could not be ended: ${error.message})` };
  }
}

function endOf(ports: RunPorts, agent: ManagedAgent, generation: number): RunEnd {
  const { name } = agent.spec;
  if (ports.registry.find(name) !== agent) return failed(`${name} was removed`);
  if (!isLive(agent.record.state)) return failed(`${name} ended: ${agent.record.reason}`);
  if (agent.record.generation !== generation) return failed(`${name} ended while it worked on it, and was started again`);
  const answer = ports.lastWords(agent);
  const result = { status: null, signal: null, answer };
  const { status, detail } = agent.activity;
  if (status === 'error') return { trigger: 'fail', reason: `its turn failed: ${detail ?? 'no reason is known'}`, result, output: null };
  return { trigger: 'complete', reason: 'its turn is over', result, output: null };
}

function failed(reason: string): RunEnd {
  return { trigger: 'fail', reason, result: null, output: null };
}

function hasEnded({ registry }: RunPorts, agent: ManagedAgent, generation: number): boolean {
  return registry.find(agent.spec.name) !== agent || !isLive(agent.record.state) || agent.record.generation !== generation;
}

function sinceMs({ activity }: ManagedAgent): number {
  return activity.at === null ? 0 : Date.parse(activity.at);
}

function nowMs({ registry }: RunPorts): number {
  return registry.clock.now().getTime();
}
