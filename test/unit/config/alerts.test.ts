import { chmodSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { channelFaults, channelVariables, readSecret } from '../../../src/config/alerts/check-channels.ts';
import { InvalidConfig } from '../../../src/config/faults.ts';
import { readSettings } from '../../../src/config/settings-file.ts';
import { settingOrigins } from '../../../src/config/settings-origins.ts';
import { targetOf } from '../../../src/core/alert-channel.ts';
import { read } from './project/read.ts';
import { writeFiles } from './write-files.ts';

const alertsOf = (text: string, file = '/h/config.yaml') => readSettings(`alerts:\n${text}`, file).settings.alerts;

function faultsOf(text: string): string[] {
  try {
    alertsOf(text);
    return [];
  } catch (error) {
    if (!(error instanceof InvalidConfig)) throw error;
    return error.faults.map(({ line, column, message, hint }) => `${line}:${column} ${message} (${hint ?? ''})`);
  }
}

describe('alerts of config.yaml', () => {
  it('become rules, channels, hours and escalations', () => {
    const alerts = alertsOf(`  off: waiting
  rules:
    - cpu > 90% for 2m
    - {when: no output for 15m, name: quiet, severity: critical, agents: "api-*", channels: ops, escalate: {after: 5m, to: mail}}
  channels:
    ops: {kind: slack, url: "https://hooks.example.org/T0/xyz", severities: critical}
    mail: {kind: email, server: "smtp://localhost:2525", from: a@example.org, to: b@example.org}
    cmd: {kind: command, run: ./tell.sh}
  to: [mail]
  escalate: {after: 15m, to: [ops, cmd]}
  quiet: {from: "22:00", to: "07:00", zone: Europe/Berlin, days: [sat], critical: hold}
`);
    expect(alerts.off).toEqual(['waiting']);
    expect(alerts.rules).toMatchObject([
      { name: 'cpu > 90% for 2m', severity: 'warning', agents: null, channels: null, escalate: null, origin: '/h/config.yaml:4' },
      { name: 'quiet', severity: 'critical', agents: 'api-*', channels: ['ops'], escalate: { afterMs: 300_000, to: ['mail'] }, origin: '/h/config.yaml:5' },
    ]);
    expect(alerts.channels.map(({ name, kind, severities }) => [name, kind, severities.length])).toEqual([
      ['ops', 'slack', 1],
      ['mail', 'email', 3],
      ['cmd', 'command', 3],
    ]);
    expect(alerts).toMatchObject({ to: ['mail'], escalate: { afterMs: 900_000, to: ['ops', 'cmd'] } });
    expect(alerts.quiet).toEqual({ fromMinute: 1320, toMinute: 420, zone: 'Europe/Berlin', days: ['sat'], criticalPasses: false });
  });

  it('are refused with line, place and valid choices', () => {
    expect(
      faultsOf(`  rules:
    - cup > 90%
    - {when: cpu > lots, severity: bad}
    - {name: x}
  quiet: {from: noon, to: "7:00", zone: Mars/Olympus}
`),
    ).toMatchInlineSnapshot(`
      [
        "3:7 alerts.rules[0]: "cup > 90%" is no rule: at character 1, "cup" is nothing that can be watched (did you mean cpu? One of cpu, memory, rss, growth, processes, failures, response, uptime, cost, disk, restarts, health, activity, state, no output, event)",
        "4:14 alerts.rules[1].when: "cpu > lots" is no rule: at character 7, "lots" is not a share (for example 90%)",
        "4:36 alerts.rules[1].severity: "bad" is not known (One of warning, critical)",
        "5:7 alerts.rules[2].when is missing (a text belongs there)",
        "6:17 alerts.quiet.from: "noon" is no time of day (written 22:00)",
        "6:41 alerts.quiet.zone: "Mars/Olympus" is no time zone (for example Europe/Berlin, America/New_York or UTC)",
      ]
    `);
  });

  it('that could never do anything are refused', () => {
    expect(faultsOf('  quiet: {from: "22:00", to: "22:00"}\n  rules: [{when: cpu > 90%, agents: "api-["}]\n')).toEqual([
      '2:10 alerts.quiet: a map is of no length: from and to are the same (written {from: "22:00", to: "07:00"})',
      '3:37 alerts.rules[0].agents: "api-[" matches no name (names have letters, digits, - and _; * and ? stand for any of them)',
    ]);
  });

  it('that name what there is not, or lack a key of their kind, too', () => {
    expect(
      faultsOf(`  rules:
    - {when: cpu > 90%, channels: [opps]}
    - cpu > 90%
    - {when: cpu > 90%, name: gave-up}
  channels:
    ops: {kind: slack}
    hook: {kind: webhook, url: "ftp://example.org/s3cret", secret: a, secret_env: B}
    desk: {kind: desktop, url: "http://x"}
    mail: {kind: email, server: "smtp://u:pw-s3cret@host", from: a@b, password: x}
  to: nobody
`),
    ).toMatchInlineSnapshot(`
      [
        "3:36 there is no channel called "opps" (did you mean ops? There are: ops, hook, desk, mail)",
        "4:7 alerts.rules[1]: there is a rule called "cpu > 90%" already (give one of them another name:)",
        "5:7 alerts.rules[2]: there is a rule called "gave-up" already (muxward brings a rule of that name: choose another, and turn that one off with off:)",
        "7:5 alerts.channels.ops: a channel of kind slack needs url, url_env or url_file (keys here: kind, severities, url, url_env, url_file)",
        "8:27 alerts.channels.hook.url: is neither http nor https (https://, or http:// for this machine, a host and a path)",
        "8:71 alerts.channels.hook.secret_env: there is secret too (keep one of secret, secret_env)",
        "9:27 alerts.channels.desk.url: "url" is nothing for a channel of kind desktop (keys here: kind, severities)",
        "10:5 alerts.channels.mail: a channel of kind email needs to: (keys here: kind, severities, server, from, to, user, password, password_env, password_file)",
        "10:5 alerts.channels.mail: there is a password, and no user (add user:, or leave the password out)",
        "10:25 alerts.channels.mail.server: holds a user or a password (write them as user: and password_file:)",
        "11:7 there is no channel called "nobody" (There are: ops, hook, desk, mail)",
      ]
    `);
  });

  it('that turn off what there is not', () => {
    expect(faultsOf('  off: [waitin]\n')).toEqual([expect.stringContaining('2:9 alerts.off[0]: "waitin" is not known (did you mean waiting? One of gave-up, ')]);
  });

  it('of a kind that there is not', () => {
    expect(faultsOf('  channels: {a: {kind: pigeon}, b c: {kind: desktop}}\n')).toMatchInlineSnapshot(`
      [
        "2:24 alerts.channels.a.kind: "pigeon" is not known (One of desktop, tmux, command, webhook, slack, email)",
        "2:33 "b c" in alerts.channels is no name (letters, digits, - and _, beginning with a letter or digit)",
      ]
    `);
  });
});

describe('channels on this machine', () => {
  let folder: string;
  let file: string;
  const channels = (text: string) => alertsOf(`  channels:\n${text}`, file).channels;

  beforeEach(() => {
    folder = writeFiles({ 'config.yaml': '', 'good.url': 'https://example.org/s3cret\n', empty: '', 'bad.url': 'gopher-s3cret' });
    file = path.join(folder, 'config.yaml');
  });

  it('that cannot work say why, and never what is secret', () => {
    const faults = channelFaults(
      channels(`    a: {kind: slack, url_file: good.url}
    b: {kind: slack, url_file: bad.url}
    c: {kind: slack, url_file: missing}
    d: {kind: slack, url_file: empty}
    e: {kind: slack, url_env: NO_SUCH}
    f: {kind: slack, url_env: A_URL}
    g: {kind: desktop}
    h: {kind: command, run: /no/such/program --now}
    i: {kind: command, run: "/bin/sh -c 'true'"}
    j: {kind: command, run: "[ -e /no/such ] && tell"}
`),
      { PATH: '/nowhere', A_URL: 'https://example.org/s3cret' },
    );
    expect(faults.map(({ line, message }) => `${line}: ${message.replaceAll(folder, '')}`)).toEqual([
      '4: alerts.channels.b cannot work: url: what it holds is no URL',
      '5: alerts.channels.c cannot work: url: there is no file /missing',
      '6: alerts.channels.d cannot work: url: /empty is empty',
      '7: alerts.channels.e cannot work: url: the environment variable NO_SUCH is not set',
      '9: alerts.channels.g cannot work: neither notify-send nor terminal-notifier is on the PATH',
      '10: alerts.channels.h cannot work: run: there is no program /no/such/program',
    ]);
    expect(JSON.stringify(faults)).not.toContain('s3cret');
  });

  it('read secrets from files beside config.yaml and from variables', () => {
    writeFileSync(path.join(folder, 'key'), 'k3y\n');
    chmodSync(path.join(folder, 'key'), 0o600);
    const [hook] = channels('    h: {kind: webhook, url_env: A_URL, secret_file: key}\n');
    if (hook?.kind !== 'webhook' || hook.secret === null) throw new Error('no webhook');
    expect(readSecret(hook.secret, hook, {})).toEqual({ value: 'k3y' });
    expect(readSecret(hook.url, hook, { A_URL: 'https://x' })).toEqual({ value: 'https://x' });
    expect(channelVariables([hook])).toEqual(['A_URL']);
  });

  it('are shown without what is secret', async () => {
    const text = `alerts:
  channels:
    ops: {kind: slack, url: "https://user:s3cret@hooks.example.org/T0/s3cret?x=s3cret"}
    hook: {kind: webhook, url: "https://example.org/s3cret", secret: s3cret}
    mail: {kind: email, server: "smtp://localhost:25", user: u, password: s3cret, from: a@b.c, to: d@e.f}
    cmd: {kind: command, run: "curl -H 'Authorization: s3cret' https://example.org"}
`;
    writeFileSync(file, text);
    expect(JSON.stringify(await settingOrigins(file))).not.toContain('s3cret');
    expect(readSettings(text, file).settings.alerts.channels.map(targetOf)).toEqual(['https://hooks.example.org/…', 'https://example.org/…', 'd@e.f by localhost:25', 'curl']);
  });
});

describe('alerts of an agent in muxward.yaml', () => {
  it('become rules of its own', () => {
    const [agent] = read('agents: {web: {command: x, alerts: [cpu > 50%, {when: no output for 1m, severity: critical, name: silent}]}}').agents;
    expect(agent?.alerts).toEqual([
      { name: 'cpu > 50%', when: 'cpu > 50%', severity: 'warning' },
      { name: 'silent', when: 'no output for 1m', severity: 'critical' },
    ]);
  });

  it('are refused where they mean nothing', () => {
    expect(() => read('agents: {web: {command: x, alerts: [cpu > much]}}')).toThrow(/agents\.web\.alerts\[0\]: "cpu > much" is no rule: at character 7, "much" is not a share/);
  });
});

it('the documents of alerts hold rules that are valid, and those that are built in', async () => {
  const { readFileSync } = await import('node:fs');
  const { BUILT_IN_RULES } = await import('../../../src/core/alert-rules.ts');
  const text = readFileSync('docs/alerts.md', 'utf8');
  const blocks = [...text.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(([, block]) => block ?? '');
  expect(blocks.length).toBeGreaterThan(1);
  for (const block of blocks) expect(() => readSettings(block, 'config.yaml')).not.toThrow();
  const rows = [...text.matchAll(/^\| `([a-z-]+)` \| `([^`]+)` \| (\w+) \|$/gm)].map((match) => match.slice(1));
  expect(rows).toEqual(BUILT_IN_RULES.map(({ name, when, severity }) => [name, when, severity]));
  const commented = readFileSync('templates/config.yaml', 'utf8').replace(/rules: \[\]/, 'rules:').replace(/channels: \{\}/, 'channels:').replaceAll(/^  #( .*)$/gm, ' $1');
  expect(readSettings(commented, 'config.yaml').settings.alerts).toMatchObject({ to: ['status', 'ops'], rules: [{ severity: 'warning' }, { severity: 'critical' }] });
});
