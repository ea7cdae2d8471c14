/** `daemon`: the supervisor itself. Agents do not need it to live: it only looks after them. */
import fs from 'node:fs';
import { defineSubcommand, type CommandGroup } from '../command.ts';
import { isNobodyThere } from '../connection.ts';
import type { Context } from '../context.ts';
import { EXIT } from '../../core/errors.ts';
import type { DaemonInfo } from '../../core/protocol.ts';
import { isLive } from '../../core/state.ts';
import { formatDuration } from '../../core/units.ts';
import { withProgress } from '../render/progress.ts';

const STOP_TIMEOUT_MS = 60_000;

const start = defineSubcommand('start it; any command does so on first need', {
  examples: [
    { run: 'muxward daemon start', about: 'nothing happens if it runs' },
    { run: 'muxward --home /srv/agents daemon start', about: 'one for another home' },
  ],
  async run({ context }) {
    const how = await withProgress(context, 'starting the daemon', context.startDaemon());
    const info = await context.daemon.call('GET /healthz', undefined);
    show(context, info, how === 'started' ? 'started' : 'runs already');
    await noteChannels(context);
    return EXIT.ok;
  },
});

const stop = defineSubcommand<{ readonly agents?: boolean; readonly dryRun?: boolean }>('end it; agents live on, unless asked', {
  options: [
    { flags: '--agents', about: 'end all agents too' },
    { flags: '--dry-run', about: 'say what would be ended, end nothing' },
  ],
  examples: [
    { run: 'muxward daemon stop', about: 'agents live on; the next command finds them again' },
    { run: 'muxward daemon stop --agents', about: 'nothing is left running' },
  ],
  async run({ context, options }) {
    const { agents = false } = options;
    // Agents outlive their daemon, and only a daemon can end them.
    if (agents && fs.existsSync(context.paths.tmuxSocket)) await context.startDaemon();
    const info = await runningInfo(context);
    if (info === undefined) return showDown(context, EXIT.ok);
    if (options.dryRun) return await tellWhatWouldEnd(context, info.pid, agents);
    const doing = agents ? 'ending all agents and the daemon' : 'ending the daemon';
    await withProgress(context, doing, stopAndWait(context, agents, info.pid));
    if (context.json) context.out(`${JSON.stringify({ running: false, pid: info.pid })}\n`);
    else if (!context.quiet) context.out(`daemon ended (pid ${info.pid})${agents ? ', and all agents' : '; agents live on'}\n`);
    return EXIT.ok;
  },
});

const status = defineSubcommand('whether it runs (status 4 if not)', {
  examples: [
    { run: 'muxward daemon status', about: 'version, pid, uptime' },
    { run: 'muxward daemon status --json', about: 'for a script' },
  ],
  async run({ context }) {
    const info = await runningInfo(context);
    if (info === undefined) return showDown(context, EXIT.unreachable);
    show(context, info, 'runs');
    return EXIT.ok;
  },
});

interface DaemonLogsOptions {
  readonly follow?: boolean;
  readonly lines?: string;
}

const logs = defineSubcommand<DaemonLogsOptions>('what it has written', {
  options: [
    { flags: '-f, --follow', about: 'stay, and show what is added' },
    { flags: '-n, --lines <n>', about: 'only the last n lines (default: all)' },
  ],
  examples: [
    { run: 'muxward daemon logs -n 30', about: 'the last 30 lines' },
    { run: 'muxward daemon logs -f', about: 'live' },
  ],
  async run({ context, options }) {
    const { showDaemonLog } = await import('../logs/daemon-log.ts');
    await showDaemonLog(context, options);
    return EXIT.ok;
  },
});

const install = defineSubcommand('start it when you log in (systemd, launchd)', {
  options: [{ flags: '--dry-run', about: 'say what would be done, do nothing' }],
  examples: [
    { run: 'muxward daemon install --dry-run', about: 'look first' },
    { run: 'muxward daemon install', about: 'writes the unit, enables and starts it' },
  ],
  async run({ context, options }: { context: Context; options: { readonly dryRun?: boolean } }) {
    const { installService } = await import('../service.ts');
    return await installService(context, options.dryRun ?? false);
  },
});

const uninstall = defineSubcommand('undo install', {
  options: [{ flags: '--dry-run', about: 'say what would be done, do nothing' }],
  examples: [
    { run: 'muxward daemon uninstall', about: 'disables and removes the unit' },
    { run: 'muxward --home /srv/agents daemon uninstall', about: 'that of another home' },
  ],
  async run({ context, options }: { context: Context; options: { readonly dryRun?: boolean } }) {
    const { uninstallService } = await import('../service.ts');
    return await uninstallService(context, options.dryRun ?? false);
  },
});

export const command: CommandGroup = { subcommands: { start, stop, status, logs, install, uninstall }, otherwise: 'status' };

async function tellWhatWouldEnd(context: Context, pid: number, withAgents: boolean): Promise<number> {
  const { agents } = withAgents ? await context.daemon.call('GET /api/agents', {}) : { agents: [] };
  const names = agents.filter(({ state }) => isLive(state)).map(({ name }) => name);
  if (context.json) context.out(`${JSON.stringify({ dryRun: true, running: true, pid, agents: names })}\n`);
  else context.out(`daemon: would end (pid ${pid})\n${names.map((name) => `${name}: would stop\n`).join('')}`);
  return EXIT.ok;
}

/** Channels of alerts that cannot work: supervision goes on without them. */
async function noteChannels(context: Context): Promise<void> {
  const { channels } = await context.daemon.call('GET /api/alerts/rules', undefined);
  for (const { name, problem, origin } of channels) {
    if (problem !== null) context.note(`! alerts: channel ${name} cannot work: ${problem} (${origin})`);
  }
}

async function runningInfo(context: Context): Promise<DaemonInfo | undefined> {
  try {
    return await context.runningDaemon.call('GET /healthz', undefined);
  } catch (error) {
    if (isNobodyThere(error)) return undefined;
    throw error;
  }
}

/** Ended means that its socket answers no more. */
async function stopAndWait(context: Context, agents: boolean, pid: number): Promise<void> {
  await context.runningDaemon.call('POST /api/daemon/stop', { agents });
  const deadline = performance.now() + STOP_TIMEOUT_MS;
  while (((await stillAnswers(context)) || lives(pid)) && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

async function stillAnswers(context: Context): Promise<boolean> {
  try {
    await context.runningDaemon.call('GET /healthz', undefined);
    return true;
  } catch (error) {
    return !isNobodyThere(error);
  }
}

/** A zombie has ended: whoever started it has only not yet asked how. */
function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  try {
    return !/\) Z /.test(fs.readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return !fs.existsSync('/proc/self');
  }
}

function show(context: Context, info: DaemonInfo, word: string): void {
  if (context.json) context.out(`${JSON.stringify({ running: true, ...info, home: context.paths.home })}\n`);
  else if (!context.quiet) context.out(`daemon ${info.version} ${word}: pid ${info.pid}, up ${formatDuration(info.uptimeMs)}, home ${context.paths.home}\n`);
}

function showDown(context: Context, status: number): number {
  if (context.json) context.out(`${JSON.stringify({ running: false, home: context.paths.home })}\n`);
  else if (!context.quiet) context.out(`no daemon runs for ${context.paths.home}${status === EXIT.ok ? '' : '; any command starts one, for example muxward status'}\n`);
  return status;
}
