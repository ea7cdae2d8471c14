/** Whether channels can work on this machine, as far as that shows without sending: programs, variables, files. */
import { readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { secretsOf, type ChannelSpec, type SecretSource } from '../../core/alert-channel.ts';
import type { Fault } from '../faults.ts';
import { findProgram } from '../find-program.ts';
import type { Complaint } from '../yaml/fields.ts';
import { complainOfWebUrl } from './channel-from.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Programs that show a notification: of Linux and of macOS. */
export const DESKTOP_PROGRAMS = ['notify-send', 'terminal-notifier'] as const;

/** What keeps a channel from working; undefined where nothing does. Says nothing of what a secret is. */
export function problemOf(channel: ChannelSpec, env: Environment): Complaint | undefined {
  if (channel.kind === 'desktop' && DESKTOP_PROGRAMS.every((name) => findProgram(name, env['PATH'], '/') === undefined)) {
    return { is: `neither ${DESKTOP_PROGRAMS.join(' nor ')} is on the PATH`, hint: 'install libnotify-bin (Debian), libnotify (others) or terminal-notifier (macOS)' };
  }
  if (channel.kind === 'command') return problemOfCommand(channel.run, env);
  for (const { key, source } of secretsOf(channel)) {
    const read = readSecret(source, channel, env);
    if ('is' in read) return { ...read, is: `${key}: ${read.is}` };
    const complaint = key === 'url' ? complainOfWebUrl(read.value) : undefined;
    if (complaint !== undefined) return { ...complaint, is: `${key}: what it holds ${complaint.is}` };
  }
  return undefined;
}

/** A line for the shell may be anything; where it begins with the plain path of a program, that has to be there. */
function problemOfCommand(run: string, env: Environment): Complaint | undefined {
  const program = /^\s*(\/[\w./+-]+)(?=\s|$)/.exec(run)?.[1];
  if (program === undefined || findProgram(program, env['PATH'], '/') !== undefined) return undefined;
  return { is: `run: there is no program ${program}`, hint: 'write where it is; it needs the right to be run (chmod +x)' };
}

/** The secret itself, or why it cannot be had. A relative file is looked for beside config.yaml. */
export function readSecret(source: SecretSource, { at }: Pick<ChannelSpec, 'at'>, env: Environment): { readonly value: string } | Complaint {
  switch (source.from) {
    case 'value':
      return { value: source.value };
    case 'env': {
      const value = env[source.name];
      return value === undefined || value === ''
        ? { is: `the environment variable ${source.name} is not set`, hint: 'set it where the daemon is started from, or keep the value in a file of mode 0600' }
        : { value };
    }
    case 'file':
      return readSecretFile(path.resolve(path.dirname(at.file), source.path.replace(/^~(?=\/)/, os.homedir())));
  }
}

function readSecretFile(file: string): { readonly value: string } | Complaint {
  try {
    const value = readFileSync(file, 'utf8').trim();
    return value === '' ? { is: `${file} is empty`, hint: 'write the value into it' } : { value };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const is = code === 'ENOENT' ? `there is no file ${file}` : `${file} cannot be read (${code ?? 'unknown error'})`;
    return { is, hint: 'it is relative to config.yaml, and must be readable by you' };
  }
}

/** Every channel that cannot work, with its line. */
export function channelFaults(channels: readonly ChannelSpec[], env: Environment): Fault[] {
  return channels.flatMap((channel) => {
    const problem = problemOf(channel, env);
    return problem === undefined ? [] : [{ ...channel.at, message: `alerts.channels.${channel.name} cannot work: ${problem.is}`, hint: problem.hint }];
  });
}

/** Names of the environment variables that channels read. */
export function channelVariables(channels: readonly ChannelSpec[]): string[] {
  return channels.flatMap((channel) => secretsOf(channel).flatMap(({ source }) => (source.from === 'env' ? [source.name] : [])));
}
