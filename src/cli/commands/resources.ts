/** `resources`: the machine, what agents use of it, and how much more would fit. */
import { defineCommand } from '../command.ts';
import { EXIT } from '../../core/errors.ts';
import type { ResourcesReply } from '../../core/protocol.ts';
import { formatSize } from '../../core/units.ts';

export const command = defineCommand({
  examples: [
    { run: 'muxward resources', about: 'how much more fits' },
    { run: 'muxward resources --json | jq .admits.agents', about: 'for a script' },
  ],
  async run({ context }) {
    const reply = await context.daemon.call('GET /api/resources', undefined);
    context.out(context.json ? `${JSON.stringify(reply)}\n` : render(reply));
    return EXIT.ok;
  },
});

function render({ machine, used, limitsBy, limitsWhy, admits }: ResourcesReply): string {
  const enforced = limitsBy === 'cgroup' ? 'by the kernel (cgroup v2)' : 'from samples, every second';
  return [
    `machine   ${machine.cores} cores, load ${machine.load1.toFixed(2)}`,
    `memory    ${formatSize(machine.memoryAvailableBytes)} of ${formatSize(machine.memoryBytes)} available`,
    `disk      ${formatSize(machine.homeFreeBytes)} free for the home`,
    `terminals ${machine.ptysFree === null ? 'unknown' : `${machine.ptysFree} free`}`,
    `agents    ${used.agents}, with ${used.processes} process${used.processes === 1 ? '' : 'es'}: ${Math.round(used.cpuPercent)} % CPU, ${formatSize(used.rssBytes)} memory`,
    `limits    ${enforced}: ${limitsWhy}`,
    `room      for ${admits.agents} more of the usual size; then ${admits.bound} ${admits.bound === 'memory' ? 'runs' : 'run'} out`,
    '',
  ].join('\n');
}
