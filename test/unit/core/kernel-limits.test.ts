import { expect, test } from 'vitest';
import { canUseKernel, CONTROLLERS, holdsCpu, kernelValues } from '../../../src/core/kernel-limits.ts';
import type { Limits } from '../../../src/core/limits.ts';

const NONE: Limits = { memoryBytes: null, cpu: null, timeoutMs: null };
const ALL: Limits = { ...NONE, memoryBytes: 100_000_000, cpu: 1.5, processes: 20, actions: { processes: 'stop' } };

test('what ends an agent at its limit is a bound of the kernel, which kills all of it and does not swap', () => {
  expect(Object.fromEntries(kernelValues(ALL, CONTROLLERS))).toEqual({
    'memory.max': '100000000', 'memory.swap.max': '0', 'memory.oom.group': '1', 'cpu.max': '150000 100000', 'pids.max': '576',
  });
});

test('alert is an event and no more: nothing is bounded', () => {
  expect(kernelValues({ ...ALL, actions: { memory: 'alert', cpu: 'alert', processes: 'alert' } }, CONTROLLERS)).toEqual([]);
  expect(kernelValues({ ...NONE, processes: 20 }, CONTROLLERS)).toEqual([]);
});

test('only what the controllers at hand can do is written', () => {
  expect(kernelValues(ALL, ['pids']).map(([file]) => file)).toEqual(['pids.max']);
  expect([holdsCpu(ALL, ['memory']), holdsCpu(ALL, ['cpu']), holdsCpu({ ...ALL, actions: { cpu: 'restart' } }, ['cpu'])]).toEqual([false, true, false]);
});

test('a group is of use to who is limited in memory, CPU or processes', () => {
  const each: Limits[] = [NONE, { ...NONE, timeoutMs: 1000 }, { ...NONE, outputBytes: 10 }, { ...NONE, cpu: 1 }, { ...NONE, memoryBytes: 1 }, { ...NONE, processes: 1 }];
  expect(each.map(canUseKernel)).toEqual([false, false, false, true, true, true]);
});
