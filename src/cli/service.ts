/** `daemon install`: hands the daemon to the user's systemd, or to launchd, so that it starts with the machine. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { defaultHome } from '../config/paths.ts';
import { makePrivateFolder } from '../config/private-folder.ts';
import { EXIT, MuxwardError } from '../core/errors.ts';
import { isNobodyThere } from './connection.ts';
import type { Context } from './context.ts';

/** One way of a system to start programs: a file, and commands around it. */
export interface Service {
  readonly file: string;
  /** In `templates/`; `@MUXWARDD@`, `@HOME@` and `@LABEL@` are filled in. */
  readonly template: string;
  readonly label: string;
  readonly enable: readonly (readonly string[])[];
  readonly disable: readonly (readonly string[])[];
  /** Null where nothing is left to do. */
  readonly advice: string | null;
}

/** Writes the file, and enables and starts what it describes. @returns the exit status. */
export async function installService(context: Context, dryRun: boolean): Promise<number> {
  const service = serviceFor(process.platform, context.paths.home, process.env);
  if (!dryRun) requireManager(service);
  const text = unitText(context, service);
  if (dryRun) {
    tell(context, service, [`would write ${service.file}:`, text, ...service.enable.map((command) => `would run ${command.join(' ')}`)]);
    return EXIT.ok;
  }
  fs.mkdirSync(path.dirname(service.file), { recursive: true });
  fs.writeFileSync(service.file, text);
  noteService(context, service);
  await stopRunning(context);
  for (const command of service.enable) run(command);
  await untilItAnswers(context);
  const advice = service.advice === null ? [] : [service.advice];
  tell(context, service, [`wrote ${service.file}`, ...service.enable.map((command) => `ran ${command.join(' ')}`), ...advice]);
  return EXIT.ok;
}

/** Disables it and removes the file; the daemon ends, agents live on. */
export async function uninstallService(context: Context, dryRun: boolean): Promise<number> {
  const service = serviceFor(process.platform, context.paths.home, process.env);
  if (!fs.existsSync(service.file)) {
    tell(context, service, [`nothing to undo: ${service.file} is not there`]);
    return EXIT.ok;
  }
  if (dryRun) {
    tell(context, service, [...service.disable.map((command) => `would run ${command.join(' ')}`), `would remove ${service.file}`]);
    return EXIT.ok;
  }
  requireManager(service);
  for (const command of service.disable) run(command);
  fs.rmSync(service.file);
  fs.rmSync(context.paths.service, { force: true });
  tell(context, service, [...service.disable.map((command) => `ran ${command.join(' ')}`), `removed ${service.file}; agents live on`]);
  return await Promise.resolve(EXIT.ok);
}

/** By this the daemon knows, whoever starts it, that after a reboot it has to bring back what ran. */
function noteService({ paths }: Context, { file }: Service): void {
  makePrivateFolder(paths.home);
  fs.writeFileSync(paths.service, `${file}\n`, { mode: 0o600 });
}

/** What there is on that system. Homes other than the default one get a service of their own. @throws MuxwardError `failed`. */
export function serviceFor(platform: NodeJS.Platform, home: string, env: NodeJS.ProcessEnv): Service {
  const { MUXWARD_HOME: _, ...withoutHome } = env;
  const isDefault = defaultHome(withoutHome) === home;
  const suffix = isDefault ? '' : `-${createHash('sha256').update(home).digest('hex').slice(0, 8)}`;
  const userHome = env['HOME'] ?? os.homedir();
  if (platform === 'linux') return systemdService(`muxwardd${suffix}`, env['XDG_CONFIG_HOME'] ?? path.join(userHome, '.config'));
  if (platform === 'darwin') return launchdService(`muxward.muxwardd${suffix}`, userHome);
  throw new MuxwardError('failed', `muxward knows no way to install a service on ${platform}`, { hint: 'run muxward daemon start at login' });
}

function systemdService(name: string, configFolder: string): Service {
  const unit = `${name}.service`;
  return {
    file: path.join(configFolder, 'systemd/user', unit),
    template: 'systemd/muxwardd.service',
    label: name,
    enable: [
      ['systemctl', '--user', 'daemon-reload'],
      ['systemctl', '--user', 'enable', '--now', unit],
    ],
    disable: [['systemctl', '--user', 'disable', '--now', unit]],
    advice: lingers() ? null : 'to keep it when you log out, and start it with the machine: loginctl enable-linger',
  };
}

/** Services of this user run without a login. */
function lingers(): boolean {
  return fs.existsSync(path.join('/var/lib/systemd/linger', os.userInfo().username));
}

function launchdService(label: string, userHome: string): Service {
  const file = path.join(userHome, 'Library/LaunchAgents', `${label}.plist`);
  return {
    file,
    template: 'launchd/muxwardd.plist',
    label,
    enable: [['launchctl', 'load', '-w', file]],
    disable: [['launchctl', 'unload', '-w', file]],
    advice: 'it starts when you log in',
  };
}

function requireManager({ enable: [[program = ''] = []] }: Service): void {
  const probe = program === 'systemctl' ? ['--user', 'show-environment'] : ['list'];
  const { status, stderr, error } = spawnSync(program, probe, { encoding: 'utf8', timeout: 10_000 });
  if (status === 0) return;
  const why = error === undefined ? stderr.trim().split('\n')[0] : `${program} is not there`;
  throw new MuxwardError('failed', `no service manager of yours answers here (${why})`, {
    hint: 'nothing was changed; muxward starts its daemon on first need anyway. At boot: a crontab line @reboot muxward start --lost',
  });
}

function unitText({ installation, paths }: Context, { template, label }: Service): string {
  const escape = template.endsWith('.plist') ? escapeXml : escapeSystemd;
  const values: Record<string, string> = { MUXWARDD: path.join(installation, 'bin/muxwardd'), HOME: paths.home, LABEL: label };
  const text = fs.readFileSync(path.join(installation, 'templates', template), 'utf8');
  return text.replaceAll(/@([A-Z]+)@/g, (whole, name: string) => (values[name] === undefined ? whole : escape(values[name])));
}

/** Inside double quotes of a unit: systemd.syntax(7), and % begins a specifier. */
function escapeSystemd(text: string): string {
  return text.replaceAll(/["\\]/g, '\\$&').replaceAll('%', '%%');
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** The service's own daemon could not take the home while another has it. Agents live on. */
async function stopRunning({ runningDaemon }: Context): Promise<void> {
  try {
    await runningDaemon.call('POST /api/daemon/stop', { agents: false });
  } catch (error) {
    if (!isNobodyThere(error)) throw error;
  }
}

const START_TIMEOUT_MS = 60_000;
const LOOK_EVERY_MS = 50;

/** Its manager has started it, but a command that comes too early would start one of its own. @throws MuxwardError `failed` */
async function untilItAnswers({ runningDaemon }: Context): Promise<void> {
  for (const deadlineMs = performance.now() + START_TIMEOUT_MS; performance.now() < deadlineMs; ) {
    try {
      await runningDaemon.call('GET /healthz', undefined);
      return;
    } catch (error) {
      if (!isNobodyThere(error)) throw error;
      await sleep(LOOK_EVERY_MS);
    }
  }
  throw new MuxwardError('failed', `the service was started, and its daemon does not answer after ${START_TIMEOUT_MS / 1000} s`, {
    hint: 'muxward daemon logs and journalctl --user tell more',
  });
}

function run([program = '', ...args]: readonly string[]): void {
  const { status, stderr, error } = spawnSync(program, args, { encoding: 'utf8', timeout: 60_000 });
  if (status === 0) return;
  throw new MuxwardError('failed', `${[program, ...args].join(' ')} failed: ${error?.message ?? stderr.trim()}`, {
    hint: 'systemctl --user status and journalctl --user tell more',
  });
}

function tell(context: Context, { file, label }: Service, lines: readonly string[]): void {
  if (context.json) context.out(`${JSON.stringify({ label, file, done: lines })}\n`);
  else if (!context.quiet) context.out(`${lines.join('\n')}\n`);
}
