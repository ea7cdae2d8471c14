/** The user's session: does the daemon outlive the login, and can the terminal show what tmux draws? */
import { existsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { note, ok, type Check, type Finding } from './finding.ts';

const TERMINFO = ['/etc/terminfo', '/lib/terminfo', '/usr/share/terminfo', '/usr/lib/terminfo', '/opt/homebrew/share/terminfo'];

export const checkSystemd: Check = async ({ env }) => {
  if (!existsSync('/run/systemd/system')) return [];
  const config = env['XDG_CONFIG_HOME'] ?? path.join(env['HOME'] ?? os.homedir(), '.config');
  const isInstalled = existsSync(path.join(config, 'systemd/user/muxwardd.service'));
  if (!isInstalled) return [ok('no systemd unit (muxward daemon install)')];
  const { username } = os.userInfo();
  if (existsSync(path.join('/var/lib/systemd/linger', username))) return [ok('systemd unit installed')];
  return [note('systemd unit installed, but it ends when you log out', `loginctl enable-linger ${username}`)];
};

export const checkTerminal: Check = async ({ env }) => [...locale(env), ...terminfo(env)];

function locale(env: NodeJS.ProcessEnv): Finding[] {
  const said = env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'] || '';
  if (/utf-?8/i.test(said)) return [ok(`locale ${said}`)];
  return [note(`locale ${said === '' ? 'not set' : said}: no UTF-8, so symbols may look wrong`, 'export LANG=C.UTF-8')];
}

function terminfo(env: NodeJS.ProcessEnv): Finding[] {
  const folders = [env['TERMINFO'], path.join(env['HOME'] ?? os.homedir(), '.terminfo'), ...TERMINFO].filter((each) => each !== undefined && each !== '');
  const isKnown = (name: string): boolean => folders.some((folder) => ['t', '74'].some((letter) => existsSync(path.join(folder as string, letter, name))));
  if (isKnown('tmux-256color')) return [];
  return [note('no terminfo entry tmux-256color: a plainer terminal is used', 'apt install ncurses-term')];
}
