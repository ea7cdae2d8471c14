// What programs do that report nothing themselves, read from their screens by the rules of a template.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Agent } from '../../src/core/agent.ts';
import { eventually, MuxwardHome } from '../helpers/muxward-home.ts';

const SLOW_MS = 20_000;

let home: MuxwardHome;

beforeAll(() => {
  home = new MuxwardHome();
});

afterAll(() => home.end());

const doing = (name: string, status: Agent['activity']['status'], state: Agent['state']): Promise<Agent> =>
  home.agentThat(name, `is ${status}`, ({ activity, state: is }) => activity.status === status && is === state, SLOW_MS);

const idle = (name: string): Promise<string> => home.ok('wait', name, '--for', 'idle', '--timeout', '30s');

/** Behaves as a Python prompt does, and is there on every machine. */
const REPL = `while :; do
  printf '>>> '; read -r word rest || exit 0
  case $word in
    busy) until [ -e "$rest" ]; do sleep 0.05; done ;;
    ask) printf '%s ' "$rest"; read -r answer ;;
    thrice) echo "$answer$answer$answer" ;;
  esac
done`;

test('a prompt is idle, works, asks, is answered, and is told as such', { timeout: 90_000 }, async () => {
  await home.spawn('py', '--type', 'python', '--', home.script('repl', REPL));
  await idle('py');
  expect((await home.agent('py')).activity).toMatchObject({ status: 'idle', source: 'screen', line: '>>>' });

  // Typed is not idle, however early it is asked.
  await home.ok('send', 'py', `busy ${home.file('go')}`);
  expect((await home.agent('py')).activity.status).toBe('working');
  expect(await doing('py', 'working', 'executing')).toMatchObject({ activity: { source: 'screen' } });
  writeFileSync(home.file('go'), '');
  await idle('py');

  await home.ok('send', 'py', 'ask Delete all 3 files? [y/N]');
  await home.ok('wait', 'py', '--for', 'waiting', '--timeout', '30s');
  expect((await home.agent('py')).activity.detail).toBe('Delete all 3 files? [y/N]');
  expect(await home.ok('status', 'py')).toContain('asks "Delete all 3 files? [y/N]"');
  const told = await home.ok('explain', 'py');
  expect(told).toContain('screen: rule 4 of python');
  expect(told).toContain('shows     Delete all 3 files? [y/N]');
  expect(await home.ok('answer', 'py')).toContain('Delete all 3 files? [y/N]');
  // The next daemon sees the same, and tells nothing new.
  await home.ok('daemon', 'stop');
  await doing('py', 'waiting', 'waiting');
  await home.ok('answer', 'py', 'deny');
  await idle('py');
  await home.ok('send', 'py', 'thrice');
  await eventually(() => home.log('py').includes('nnn'), 'the answer has arrived', SLOW_MS);
  const events = (await home.events('--agent', 'py')).flatMap((event) => (event.type === 'agent.activity' ? [event.data.status] : []));
  expect(events.filter((status) => status === 'waiting')).toHaveLength(1);
  expect((await home.run(['answer', 'py', 'allow'])).stderr).toContain('py asks nothing now');
});

test('a template of the user’s own makes a type, says its faults by line, and may be mended while an agent runs', { timeout: 90_000 }, async () => {
  const write = (...rules: string[]): void => {
    mkdirSync(join(home.home, 'terminals'), { recursive: true, mode: 0o700 });
    writeFileSync(join(home.home, 'terminals/painter.yaml'), ['summary: paints', `command: [${paint}]`, 'screen:', ...rules, ''].join('\n'));
  };
  const paint = home.script('paint', `while :; do printf 'Which colour? '; read colour; printf 'paints %s\\n' "$colour"; sleep 0.1; done`);
  write("  - {state: waiting, line: '(Which'}", '  - {state: busy, line: x}');
  const refused = await home.run(['spawn', 'painter', '--type', 'painter']);
  expect(refused.status).toBe(2);
  expect(refused.stderr).toMatch(/terminals\/painter\.yaml:4:.*no regular expression/);
  expect(refused.stderr).toMatch(/terminals\/painter\.yaml:5:.*"busy" is not known/);
  expect((await home.run(['config', 'validate'])).stderr).toContain('painter.yaml:4:');

  write("  - {state: idle, title: 'never'}");
  expect(await home.ok('config', 'validate')).toContain('painter.yaml is valid');
  await home.spawn('painter', '--type', 'painter');
  expect(await eventually(async () => (await home.ok('explain', 'painter')).match(/no rule of painter fits/), 'no rule fits', SLOW_MS)).toBeTruthy();
  write("  - {state: waiting, cursor: '(Which .*\\?)$', quiet: true}");
  await home.ok('send', 'painter', 'red');
  expect((await doing('painter', 'waiting', 'waiting')).activity).toMatchObject({ detail: 'Which colour?', line: 'Which colour?' });
});

/** Behaves as Gemini CLI does: an Enter right after a paste is a line of it, and SIGINT ends it. */
const PASTE_WARY = `
let text = '', lastMs = 0;
const box = () => process.stdout.write('\\r\\n> ');
process.stdin.setRawMode(true).on('data', (bytes) => {
  const nowMs = Date.now();
  for (const key of String(bytes)) {
    if (key === '\\u001b') { text = ''; box(); }
    else if (key !== '\\r') { text += key; lastMs = nowMs; process.stdout.write(key); }
    else if (nowMs - lastMs < 40) { text += ' '; process.stdout.write(' '); }
    else { process.stdout.write('\\r\\n' + (text === 'ask' ? 'Go on? (g)o ' : 'takes [' + text + ']\\r\\nbusy')); text = ''; }
  }
});
box();`;

test('what is sent is submitted where an Enter right after a paste is not; interrupt and answers press what the template says', { timeout: 90_000 }, async () => {
  mkdirSync(join(home.home, 'terminals'), { recursive: true, mode: 0o700 });
  const program = home.file('wary.mjs');
  writeFileSync(program, PASTE_WARY);
  const rules = [
    "{state: idle, cursor: '^>'}",
    "{state: working, cursor: '^busy'}",
    "{state: waiting, cursor: '^Go on', answers: {allow: [g, Escape]}}",
  ];
  const template = ['summary: wary of pastes', `command: [${process.execPath}, ${program}]`, 'answers: {allow: [y], deny: [Escape]}', 'menus: true', 'interrupt: [Escape]', 'screen:'];
  writeFileSync(join(home.home, 'terminals/wary.yaml'), `${[...template, ...rules.map((rule) => `  - ${rule}`)].join('\n')}\n`);
  const { pid } = await home.spawn('wary', '--type', 'wary');
  await idle('wary');
  await home.ok('send', 'wary', 'hello');
  await doing('wary', 'working', 'executing');
  await eventually(() => home.log('wary').includes('takes [hello]'), 'it was submitted', SLOW_MS);
  await eventually(async () => (await home.agent('wary')).activity.source === 'screen' && (await home.agent('wary')).activity.line === 'busy', 'it was seen', SLOW_MS);
  expect(await home.ok('interrupt', 'wary')).toContain('interrupted (Escape)');
  await idle('wary');
  expect(await home.agent('wary')).toMatchObject({ state: 'ready', pid, restarts: 0 });
  expect(await home.ok('interrupt', 'wary')).toContain('was at rest');
  await home.ok('send', 'wary', 'ask');
  await home.ok('wait', 'wary', '--for', 'waiting', '--timeout', '30s');
  for (const words of [['answer', 'wary', 'no, do not'], ['send', 'wary', 'rather not']]) {
    expect(await home.run(words)).toMatchObject({ status: 1, stderr: expect.stringContaining('shows a menu, which reads no text') });
  }
  expect(await home.ok('answer', 'wary')).not.toContain('a text of your own');
  expect(await home.ok('answer', 'wary', 'allow')).toContain('pressed g Escape');
  await idle('wary');
});
