/** One channel of config.yaml: which keys belong to its kind, and what becomes of them. */
import { SEVERITIES, type Severity } from '../../core/alert.ts';
import type { ChannelKind, ChannelSpec, ChannelWay, SecretSource } from '../../core/alert-channel.ts';
import { printable } from '../../core/names.ts';
import { HOOK_TIMEOUT_MS } from '../defaults.ts';
import type { Complaint } from '../yaml/fields.ts';
import { ms } from '../yaml/written-values.ts';
import type { ChannelFile } from './alerts-schema.ts';

type Key = keyof ChannelFile;

const secret = (name: 'url' | 'secret' | 'password'): Key[] => [name, `${name}_env`, `${name}_file`];

const KEYS: Readonly<Record<ChannelKind, readonly Key[]>> = {
  desktop: [],
  tmux: [],
  command: ['run', 'timeout'],
  webhook: [...secret('url'), ...secret('secret')],
  slack: secret('url'),
  email: ['server', 'from', 'to', 'user', ...secret('password')],
};

/** Of each group one key is needed. */
const NEEDED: Readonly<Record<ChannelKind, readonly (readonly Key[])[]>> = {
  desktop: [],
  tmux: [],
  command: [['run']],
  webhook: [secret('url')],
  slack: [secret('url')],
  email: [['server'], ['from'], ['to']],
};

/** `key` null: at the channel itself. */
export type ReportChannel = (key: string | null, complaint: Complaint) => void;

/** What is wrong with it is reported; then what is returned is not meant for use. */
export function channelFrom(name: string, file: ChannelFile, at: ChannelSpec['at'], report: ReportChannel): ChannelSpec | undefined {
  const kind = file.kind as ChannelKind;
  let sound = true;
  const refuse: ReportChannel = (key, complaint) => {
    sound = false;
    report(key, complaint);
  };
  checkKeys(kind, file, refuse);
  const address = kind === 'webhook' || kind === 'slack' ? urlOf(file, refuse) : null;
  if (file.server !== undefined) checkServer(file.server, refuse);
  if (!sound) return undefined;
  const severities = file.severities === undefined ? SEVERITIES : ([file.severities].flat() as Severity[]);
  return { name, severities, at, ...wayFrom(kind, file, address ?? NO_SECRET) };
}

const NO_SECRET: SecretSource = { from: 'value', value: '' };

function wayFrom(kind: ChannelKind, file: ChannelFile, url: SecretSource): ChannelWay {
  switch (kind) {
    case 'desktop':
    case 'tmux':
      return { kind };
    case 'command':
      return { kind, run: file.run ?? '', timeoutMs: ms(file.timeout) ?? HOOK_TIMEOUT_MS };
    case 'webhook':
      return { kind, url, secret: sourceOf(file, 'secret') };
    case 'slack':
      return { kind, url };
    case 'email':
      return {
        kind,
        server: file.server ?? '',
        user: file.user ?? null,
        password: sourceOf(file, 'password'),
        from: file.from ?? '',
        to: [file.to ?? []].flat(),
      };
  }
}

function checkKeys(kind: ChannelKind, file: ChannelFile, report: ReportChannel): void {
  const allowed: readonly string[] = ['kind', 'severities', ...KEYS[kind]];
  for (const key of Object.keys(file)) {
    if (!allowed.includes(key)) report(key, { is: `"${printable(key)}" is nothing for a channel of kind ${kind}`, hint: `keys here: ${allowed.join(', ')}` });
  }
  for (const group of NEEDED[kind]) {
    if (group.every((key) => file[key] === undefined)) report(null, { is: `a channel of kind ${kind} needs ${inWords(group)}`, hint: `keys here: ${allowed.join(', ')}` });
  }
  for (const group of [secret('url'), secret('secret'), secret('password')]) {
    const said = group.filter((key) => file[key] !== undefined);
    if (said.length > 1) report(said[1] ?? null, { is: `there is ${said[0]} too`, hint: `keep one of ${said.join(', ')}` });
  }
  if (kind === 'email' && file.user === undefined && sourceOf(file, 'password') !== null) report(null, { is: 'there is a password, and no user', hint: 'add user:, or leave the password out' });
}

function inWords(group: readonly string[]): string {
  return group.length === 1 ? `${group[0]}:` : `${group.slice(0, -1).join(', ')} or ${group.at(-1)}`;
}

function urlOf(file: ChannelFile, report: ReportChannel): SecretSource | null {
  const source = sourceOf(file, 'url');
  const complaint = source?.from === 'value' ? complainOfWebUrl(source.value) : undefined;
  if (complaint !== undefined) report('url', complaint);
  return source;
}

/** Says what is wrong, and never what it is: its path may be a secret. */
export function complainOfWebUrl(value: string): Complaint | undefined {
  const hint = 'https://, or http:// for this machine, a host and a path';
  if (!URL.canParse(value)) return { is: 'is no URL', hint };
  return /^https?:$/.test(new URL(value).protocol) ? undefined : { is: 'is neither http nor https', hint };
}

function checkServer(value: string, report: ReportChannel): void {
  const hint = 'for example smtp://mail.example.org:587, or smtps://mail.example.org';
  if (!URL.canParse(value) || !/^smtps?:$/.test(new URL(value).protocol) || new URL(value).hostname === '') report('server', { is: 'is no mail server', hint });
  else if (new URL(value).password !== '' || new URL(value).username !== '') {
    report('server', { is: 'holds a user or a password', hint: 'write them as user: and password_file:' });
  }
}

function sourceOf(file: ChannelFile, name: 'url' | 'secret' | 'password'): SecretSource | null {
  const [value, env, path] = [file[name], file[`${name}_env`], file[`${name}_file`]];
  if (value !== undefined) return { from: 'value', value };
  if (env !== undefined) return { from: 'env', name: env };
  return path === undefined ? null : { from: 'file', path };
}
