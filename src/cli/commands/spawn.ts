/** `spawn`: starts one agent, or many alike. What an agent is made of is agent-spec.ts. */
import fs from 'node:fs';
import { agentTypeNames } from '../../config/agent-type-names.ts';
import { terminalFolders } from '../../config/terminals/terminal-folders.ts';
import path from 'node:path';
import { DEFAULT_SETTINGS, type AgentDefaults } from '../../config/settings-defaults.ts';
import type { Agent, AgentSpec } from '../../core/agent.ts';
import { EXIT, MuxwardError } from '../../core/errors.ts';
import { checkName, printable } from '../../core/names.ts';
import { agentSpec, BUILT_IN_TYPES, type SpecFlags } from '../agent-spec.ts';
import { defineCommand } from '../command.ts';
import type { Context } from '../context.ts';
import { withProgress } from '../render/progress.ts';

const MAX_COUNT = 1000;

interface SpawnOptions extends SpecFlags {
  readonly count?: string;
  readonly attach?: boolean;
}

export const command = defineCommand<SpawnOptions>({
  arguments: '[name]',
  takesCommand: true,
  options: [
    { flags: '-t, --type <type>', about: `${BUILT_IN_TYPES.join(', ')} or a terminal template; worker where a COMMAND is given` },
    { flags: '-p, --prompt <text>', about: 'what the agent is told first; - reads standard input' },
    { flags: '--prompt-file <file>', about: 'the same from a file' },
    { flags: '-m, --model <model>', about: 'model of the agent' },
    { flags: '--permission-mode <mode>', about: 'what it may do without asking' },
    { flags: '--trust', about: 'Claude Code may work in the folder without asking whether you trust it' },
    { flags: '--allow-tool <rule>', about: 'tool that Claude Code may use without asking, repeatable', many: true },
    { flags: '--mcp-config <file>', about: 'MCP servers of Claude Code, repeatable', many: true },
    { flags: '--role <template>', about: 'role template' },
    { flags: '--worktree [branch]', about: 'in a git worktree of its own (default branch: muxward/NAME)' },
    { flags: '--worktree-base <ref>', about: 'what the branch starts from (default: what is checked out)' },
    { flags: '--worktree-copy <glob>', about: 'copy into it what git does not have, repeatable', many: true },
    { flags: '--worktree-link <glob>', about: 'the same by a symbolic link, repeatable', many: true },
    { flags: '--worktree-setup <command>', about: 'run there before the agent starts, repeatable', many: true },
    { flags: '--claim <pattern>', about: 'paths in its folder that others there shall leave alone, repeatable', many: true },
    { flags: '--project <name>', about: 'project it belongs to' },
    { flags: '-l, --label <k=v>', about: 'label, repeatable', many: true },
    { flags: '--capability <name>', about: 'what it can do, repeatable', many: true },
    { flags: '-C, --cwd <dir>', about: 'working folder (default: the current one)' },
    { flags: '-e, --env <k=v>', about: 'environment variable, repeatable', many: true },
    { flags: '--env-file <file>', about: 'file of them (dotenv syntax), repeatable', many: true },
    { flags: '--restart <policy>', about: 'no, on-failure or always (default: on-failure)' },
    { flags: '--max-restarts <n>', about: 'restarts within 10 minutes before it counts as failed (default: 3)' },
    { flags: '--health-url <url>', about: 'healthy while this answers 2xx or 3xx; also http+unix:///path.sock:/path' },
    { flags: '--health-tcp <host:port>', about: 'healthy while this accepts connections' },
    { flags: '--health-cmd <command>', about: 'healthy while this exits 0' },
    { flags: '--heartbeat <seconds>', about: 'healthy while it calls muxward heartbeat, or touches $MUXWARD_HEARTBEAT, this often' },
    { flags: '--max-silence <duration>', about: 'healthy while it prints something this often' },
    { flags: '--health-status <codes>', about: 'what --health-url must answer, for example 200-299' },
    { flags: '--health-body <text>', about: 'what its answer must hold' },
    { flags: '--health-interval <duration>', about: 'between two probes (default: 30s)' },
    { flags: '--health-timeout <duration>', about: 'one probe may take so long (default: 5s)' },
    { flags: '--health-retries <n>', about: 'failures in a row that make it unhealthy (default: 3)' },
    { flags: '--health-start-period <duration>', about: 'to start it may take so long on top (default: 10s)' },
    { flags: '--on-unhealthy <action>', about: 'restart (the policy decides) or tell (default: restart)' },
    { flags: '--memory <size>', about: 'limit of the whole tree, for example 2GB' },
    { flags: '--cpu <cores>', about: 'limit of the whole tree, for example 1.5' },
    { flags: '--timeout <duration>', about: 'ends it after this long' },
    { flags: '--max-processes <n>', about: 'limit of the whole tree' },
    { flags: '--max-output <size>', about: 'limit of what one run prints' },
    { flags: '--on-limit <limit=action>', about: 'alert, throttle (cpu), restart or stop, for example memory=stop; repeatable', many: true },
    { flags: '--checkpoint-every <duration>', about: 'a checkpoint this often, if something changed, for example 10m' },
    { flags: '--checkpoint-turns <n>', about: 'a checkpoint after so many turns of Claude Code, if something changed' },
    { flags: '--headless', about: 'Claude Code without its screen: a turn for each prompt' },
    { flags: '--exit-when-done', about: 'with --headless: ends after the last turn' },
    { flags: '--budget <usd>', about: 'pauses Claude Code when it has cost this much, for example 5' },
    { flags: '-n, --count <n>', about: 'that many: NAME-1 to NAME-n' },
    { flags: '-a, --attach', about: 'attach to it afterwards' },
  ],
  notes: 'The agent gets your environment and PATH, --env-file over that, --env over both. Without a terminal only names are printed.',
  examples: [
    { run: 'muxward spawn web --health-url http://127.0.0.1:8080/ -- python3 -m http.server 8080', about: 'a worker that is probed' },
    { run: 'muxward spawn coder --cwd ~/app --prompt "fix the failing tests" --attach', about: 'Claude Code on a job, and watch it' },
  ],
  async run({ context, args, options, command: program }) {
    if (program?.length === 0) throw new MuxwardError('usage', 'there is no command behind --', { hint: 'muxward spawn web -- npm start' });
    const names = namesOf(args[0] ?? inventName(options.type, program), options.count);
    if (options.attach) await refuseAttach(names.length);
    const agents = await start(context, await specOf(context, names[0] as string, options, program), names.slice(1));
    show(context, agents);
    if (!options.attach) return EXIT.ok;
    const { attach } = await import('../attach.ts');
    return await attach(context, names[0] as string, { window: 'main', readOnly: false });
  },
});

async function specOf(context: Context, name: string, flags: SpecFlags, program: readonly string[] | undefined): Promise<AgentSpec> {
  const caller = { env: process.env, cwd: currentFolder(flags.cwd), umask: process.umask(), defaults: await agentDefaults(context), types: () => agentTypeNames(terminalFolders(context.paths.home, context.installation)) };
  return await agentSpec(name, flags, program, caller);
}

/** Settings are only loaded where the user has written some. */
async function agentDefaults(context: Context): Promise<AgentDefaults> {
  if (!fs.existsSync(context.paths.config)) return DEFAULT_SETTINGS.agent;
  const { loadSettings } = await import('../../config/settings.ts');
  return (await loadSettings(context.paths.config)).agent;
}

async function start(context: Context, spec: AgentSpec, alsoNamed: readonly string[]): Promise<readonly Agent[]> {
  const what = alsoNamed.length === 0 ? `starting ${spec.name}` : `starting ${alsoNamed.length + 1} agents`;
  const call = context.daemon.call('POST /api/agents', { specs: [spec], alsoNamed });
  return (await (context.json ? call : withProgress(context, what, call))).agents;
}

/** Of the coloured tick: they take no place on the screen. */
const COLOR_CODES_LENGTH = '\u001B[32m\u001B[0m'.length;

function show(context: Context, agents: readonly Agent[]): void {
  if (context.json) return context.out(`${JSON.stringify(agents)}\n`);
  if (!context.terminal || context.quiet) return context.out(agents.map(({ name }) => `${name}\n`).join(''));
  const tick = context.color ? '\u001B[32m✔\u001B[0m' : '✔';
  const lines = agents.map(({ name, pid, session, state }) => {
    const runs = pid === null ? `is ${state}` : `runs (pid ${pid}, session ${session ?? name})`;
    return `${tick} ${name} ${runs}`;
  });
  const [last] = lines.slice(-1);
  const [agent] = agents;
  const hint = `watch: muxward attach ${agent?.name}`;
  const fits = `${last}    ${hint}`.length - (context.color ? COLOR_CODES_LENGTH : 0) <= (process.stdout.columns ?? 80);
  if (lines.length === 1 && agent) context.out(`${last}${fits ? '    ' : '\n  '}${hint}\n`);
  else context.out(`${lines.join('\n')}\n`);
}

function namesOf(name: string, count: string | undefined): string[] {
  if (count === undefined) return [checkName(name)];
  const number = /^\d{1,4}$/.test(count) ? Number(count) : 0;
  if (number < 1 || number > MAX_COUNT) {
    throw new MuxwardError('usage', `--count: "${printable(count)}" is no number of agents`, { hint: `a whole number from 1 to ${MAX_COUNT}` });
  }
  checkName(name);
  return Array.from({ length: number }, (_, index) => checkName(`${name}-${index + 1}`));
}

/** `python3-k3f9`: what it runs, and a few letters so that it hardly ever exists. */
function inventName(type: string | undefined, program: readonly string[] | undefined): string {
  const base = program?.[0] === undefined ? (type ?? 'claude') : path.basename(program[0]);
  const clean = base.replaceAll(/[^A-Za-z0-9_-]+/g, '-').replace(/^[^A-Za-z0-9]+/, '').slice(0, 40) || 'agent';
  return `${clean}-${Math.random().toString(36).slice(2, 6).padEnd(4, '0')}`;
}

/** `asked`: where the agent shall work. The caller's own folder may be gone where that needs none. */
function currentFolder(asked: string | undefined): string {
  try {
    return process.cwd();
  } catch {
    if (asked !== undefined && path.isAbsolute(asked)) return '/';
    throw new MuxwardError('usage', 'the current folder is gone', { hint: 'change to one that exists, or say where: --cwd /some/folder' });
  }
}

async function refuseAttach(count: number): Promise<void> {
  if (count > 1) throw new MuxwardError('usage', '--attach: there is only one of you', { hint: 'leave it out with --count' });
  const { requireTerminal } = await import('../attach.ts');
  requireTerminal('');
}
