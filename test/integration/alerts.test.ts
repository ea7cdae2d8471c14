// Alerts reach people: by real receivers, also those that are down at first, hang, or outlive a daemon.
import { createHmac } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Alert, Delivery, TestOutcome } from '../../src/core/alert.ts';
import { eventually, MuxwardHome, type Ran } from '../helpers/muxward-home.ts';
import { HttpReceiver, MailReceiver } from '../helpers/receivers.ts';

const SECRETS = ['s3cret-of-webhook', 's3cret-in-path', 's3cret-of-mail', 's3cret-of-slack'] as const;
const [SIGNING, IN_PATH, PASSWORD, SLACK_PATH] = SECRETS;

const http = new HttpReceiver();
const mail = new MailReceiver('muxward', PASSWORD);
let webAddress: string;
let mailAddress: string;
let home: MuxwardHome;

beforeAll(async () => {
  webAddress = await http.start();
  mailAddress = await mail.start();
});

afterAll(async () => {
  await http.stop();
  await mail.stop();
});

beforeEach(() => {
  http.mode = 'answer';
  http.received.length = 0;
  http.asked = 0;
  mail.mails.length = 0;
  home = new MuxwardHome();
});

afterEach(() => home.end());

const alerts = async (...args: string[]): Promise<Alert[]> => (await home.json<{ alerts: Alert[] }>('alerts', 'list', ...args)).alerts;
const show = async (id: string) => await home.json<{ alert: Alert; deliveries: Delivery[] }>('alerts', 'show', id);

/** The open alert of that rule, once there is one. */
const alertOf = (rule: string): Promise<Alert> => eventually(async () => (await alerts()).find((alert) => alert.rule === rule), `${rule} is raised`, 20_000);

const webhookOnly = (): void => home.configure(`alerts: {channels: {hook: {kind: webhook, url: "${webAddress}/hook"}}}`);

const fails = (name: string): Promise<unknown> => home.spawn(name, '--restart', 'no', '--', 'sh', '-c', 'sleep 0.2; exit 3');

const documentsGot = (kind: string) => http.received.map(({ body }) => JSON.parse(body) as { kind: string; alert: Alert }).filter((each) => each.kind === kind);

describe('alerts test', { timeout: 90_000 }, () => {
  test('reaches a mail server, a webhook that checks the signature, and Slack; nothing secret is anywhere', async () => {
    home.configure(`alerts:
  channels:
    hook: {kind: webhook, url_file: hook.url, secret: ${SIGNING}}
    ops: {kind: slack, url_env: A_SLACK_URL}
    mail: {kind: email, server: "${mailAddress}", user: muxward, password: ${PASSWORD}, from: a@example.org, to: [b@example.org, c@example.org]}
    script: {kind: command, run: "cat > ${home.file('told')}; env > ${home.file('told.env')}"}
`);
    writeFileSync(path.join(home.home, 'hook.url'), `${webAddress}/hook/${IN_PATH}\n`, { mode: 0o600 });
    const ran = await home.run(['alerts', 'test', '--json', '-m', 'hello <you>'], { env: { A_SLACK_URL: `${webAddress}/slack/${SLACK_PATH}` } });
    const { outcomes, id } = JSON.parse(ran.stdout) as Alert & { outcomes: TestOutcome[] };
    expect(outcomes.map(({ channel, ok }) => [channel, ok])).toEqual([['hook', true], ['ops', true], ['mail', true], ['script', true]]);
    expect(ran.status).toBe(0);

    const hook = http.received.find((each) => each.path === `/hook/${IN_PATH}`);
    const timestamp = String(hook?.headers['x-muxward-timestamp']);
    const expected = createHmac('sha256', SIGNING).update(`${timestamp}.${hook?.body}`).digest('hex');
    expect(hook?.headers['x-muxward-signature']).toBe(`sha256=${expected}`);
    expect(JSON.parse(hook?.body ?? '')).toMatchObject({ kind: 'test', alert: { id, message: 'hello <you>' }, home: home.home });
    const slack = http.received.find((each) => each.path === `/slack/${SLACK_PATH}`);
    expect(JSON.parse(slack?.body ?? '')).toEqual({ text: expect.stringContaining('hello &lt;you&gt;') });
    expect(mail.mails).toEqual([{ from: 'a@example.org', to: ['b@example.org', 'c@example.org'], text: expect.stringMatching(/^Subject: \[muxward\] test: hello <you>/m) }]);
    expect(JSON.parse(readFileSync(home.file('told'), 'utf8'))).toMatchObject({ kind: 'test' });
    expect(readFileSync(home.file('told.env'), 'utf8')).not.toContain('A_SLACK_URL');
    await home.spawn('worker', '--', 'sleep', '1000');
    const outputs = await Promise.all(['alerts rules', 'alerts test', `alerts show ${id}`, 'config show', 'config validate', 'events', 'daemon logs', 'inspect worker'].flatMap((words) => [home.run(words.split(' ')), home.run(['--json', ...words.split(' ')])]));
    expect(secretsIn(outputs.map(({ stdout, stderr }) => stdout + stderr).join('\n'))).toEqual([]);
    expect(filesWithSecrets(home.home)).toEqual(['config.yaml', 'hook.url']);
  });

  test('says what did not work, and which channels there are', async () => {
    home.configure(`alerts:
  channels:
    mail: {kind: email, server: "${mailAddress}", user: muxward, password: wrong-${PASSWORD}, from: a@example.org, to: b@example.org}
    gone: {kind: webhook, url_file: no.url}
`);
    const started = await home.run(['daemon', 'start']);
    expect(started).toMatchObject({ status: 0, stderr: expect.stringMatching(/channel gone cannot work: url: there is no file .*no\.url .*config\.yaml:4/) });
    const validated = await home.run(['config', 'validate']);
    expect(validated).toMatchObject({ status: 2, stderr: expect.stringMatching(/config\.yaml:4:5: alerts\.channels\.gone cannot work/) });
    const tested = await home.run(['alerts', 'test']);
    expect(tested.status).toBe(1);
    expect(tested.stdout).toMatch(/failed mail .*does not let muxward log in/);
    expect(tested.stdout).toMatch(/failed gone .*there is no file/);
    const unknown: Ran = await home.run(['alerts', 'test', 'mial']);
    expect(unknown).toMatchObject({ status: 3, stderr: expect.stringContaining('did you mean mail?') });
    expect(secretsIn(started.stderr + validated.stderr + tested.stdout)).toEqual([]);
  });
});

describe('deliveries', { timeout: 90_000 }, () => {
  test('a receiver that is down gets the alert later, and its end', async () => {
    webhookOnly();
    http.mode = 'refuse';
    await fails('bad');
    const { id } = await alertOf('gave-up');
    await eventually(() => http.asked >= 2, 'it was tried again', 20_000);
    http.mode = 'answer';
    await eventually(() => documentsGot('raised').length > 0, 'it arrived', 20_000);
    const delivered = await eventually(async () => (await show(id)).deliveries.find(({ state }) => state === 'delivered'), 'it is recorded', 20_000);
    expect(delivered).toMatchObject({ channel: 'hook', kind: 'raised', detail: 'answered 200: ok' });
    expect(delivered.attempts).toBeGreaterThan(2);
    await home.ok('rm', '--force', 'bad');
    expect(await alerts()).toEqual([]);
  });

  test('what a killed daemon had not delivered, the next one delivers; what is open stays open', async () => {
    webhookOnly();
    http.mode = 'refuse';
    await fails('bad');
    const { id } = await alertOf('gave-up');
    await eventually(() => http.asked >= 1, 'it was tried', 20_000);
    process.kill(await home.daemonPid(), 'SIGKILL');
    http.mode = 'answer';
    await home.ok('status');
    await eventually(() => documentsGot('raised').length > 0, 'it arrived', 20_000);
    expect(documentsGot('raised').map(({ alert }) => alert.id)).toEqual([id]);
    expect((await alerts()).map((alert) => alert.id)).toEqual([id]);
    await home.ok('alerts', 'ack', id);
    expect(await alerts()).toEqual([]);
  });

  test('a receiver that hangs holds nothing up', async () => {
    webhookOnly();
    http.mode = 'hang';
    await fails('bad');
    await eventually(() => http.asked >= 1, 'the receiver is asked', 20_000);
    const { pid } = await home.spawn('worker', '--', 'sleep', '1000');
    process.kill(pid ?? 0, 'SIGKILL');
    await home.agentThat('worker', 'runs again', (agent) => agent.restarts === 1 && agent.state === 'ready', 20_000);
    const { alert, deliveries } = await show((await alertOf('gave-up')).id);
    expect(alert.closedAt).toBeNull();
    expect(deliveries.map(({ state }) => state)).toEqual(['pending']);
  });
});

describe('what is raised', { timeout: 90_000 }, () => {
  test('twenty agents that die with one tmux server are one alert, and its end is told once', async () => {
    await home.ok('spawn', 'many', '--count', '20', '--', 'sleep', '1000');
    await home.tmux('kill-server');
    const recovered = await eventually(async () => (await alerts('--all')).find(({ severity }) => severity === 'recovery'), 'they are told to run again', 60_000);
    const all = (await alerts('--all')).filter(({ severity }) => severity !== 'recovery');
    expect(all.map(({ rule, severity, agents }) => [rule, severity, agents.length])).toEqual([['tmux-lost', 'critical', 20]]);
    expect(recovered.recovers).toBe(all[0]?.id);
  });

  test('by rules of yours and of the agent; silenced, listed, acknowledged', async () => {
    home.configure(`watch: {sample: 1s}
alerts:
  off: [gave-up]
  rules: [{when: no output for 1s, name: quiet, agents: "q*", severity: critical}]
  channels: {hook: {kind: webhook, url: "${webAddress}/hook"}}
`);
    writeFileSync(home.file('muxward.yaml'), 'agents: {loud: {command: [sleep, "1000"], alerts: [{when: uptime > 1s, name: old}]}}');
    const silence = await home.json<{ id: string }>('alerts', 'silence', '--agent', 'q*', '--for', '1h');
    await home.ok('up');
    await home.spawn('q1', '--', 'sleep', '1000');
    await fails('bad');
    expect(await alertOf('quiet')).toMatchObject({ agent: 'q1', severity: 'critical', silenced: true });
    expect(await alertOf('old')).toMatchObject({ agent: 'loud', severity: 'warning', silenced: false });
    await eventually(() => documentsGot('raised').length > 0, 'one is told', 20_000);
    expect(documentsGot('raised').map(({ alert }) => alert.rule)).toEqual(['old']);
    await home.ok('alerts', 'silence', '--end', silence.id);
    await eventually(() => documentsGot('raised').some(({ alert }) => alert.rule === 'quiet'), 'the other one is told after all', 20_000);
    await home.ok('alerts', 'ack', '--all');
    expect(await home.ok('alerts')).toBe('No open alerts.\n');
    const rules = await home.ok('alerts', 'rules');
    expect(rules).toMatch(/gave-up .*off/);
    expect(rules).toMatch(/quiet .*config\.yaml:4/);
    expect(rules).toMatch(/old .*agent loud/);
  });
});

function secretsIn(text: string): string[] {
  return SECRETS.filter((secret) => text.includes(secret));
}

function filesWithSecrets(folder: string): string[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => statSync(path.join(folder, file), { throwIfNoEntry: false })?.isFile());
  return files.filter((file) => secretsIn(readFileSync(path.join(folder, file), 'latin1')).length > 0).toSorted();
}
