// `send` on the real Claude Code: what is sent reaches the model exactly and once, whatever the screen shows.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { claudeRig, describeClaude, type ClaudeRig } from '../helpers/claude/claude-rig.ts';
import { eventually, MuxwardHome } from '../helpers/muxward-home.ts';

interface Sent {
  readonly proof: string;
}

describeClaude('send to Claude Code', () => {
  let claude: ClaudeRig;

  beforeAll(async () => {
    claude = await claudeRig(new MuxwardHome());
    await claude.spawn('coder');
    await claude.ready('coder');
  });

  afterAll(() => claude.end());

  const send = async (text: string, ...flags: string[]): Promise<string> => {
    const { status, stdout, stderr } = await claude.run(['--json', 'send', ...flags, 'coder', '-'], text);
    if (status !== 0) throw new Error(`send ended with ${status}: ${stderr}`);
    return (JSON.parse(stdout) as Sent).proof;
  };
  const got = (): string | undefined => claude.stub.prompts().at(-1);
  const arrived = (text: string): Promise<boolean> => eventually(() => got() === text, `${text} arrived`);
  const idle = (): Promise<void> => claude.idle('coder');

  test.each([
    ['one line', 'say hello'],
    ['four lines, which as a paste would be somebody else’s', 'a\nb\n\n\nc'],
    ['tabs and blanks', '\tlead\n  two\tthree'],
    ['a backslash at the end', 'ends with \\'],
    ['a shell command that is none', '!touch /tmp/never'],
    ['a mention at the end', 'look at @a'],
    ['a number sign', '# remember this'],
    ['a question mark', '?'],
    ['quotes, dollars, semicolons', `"$HOME" '\`id\`'; ~ \\n \\e[A`],
    ['emoji and wide characters', '漢字 👨‍👩‍👧 é e\u0301 🏳️‍🌈'],
    ['what looks like keys', 'C-c Escape <Enter> ^C'],
    ['what looks like a paste of Claude Code’s', '[Pasted text #1 +3 lines]'],
  ])('%s arrives exactly', async (_, text) => {
    expect(await send(text)).toBe('accepted');
    await claude.stub.waitFor(({ prompt }) => prompt === text, text);
    expect(claude.stub.prompts().filter((prompt) => prompt === text)).toHaveLength(1);
    await idle();
  });

  test('100 kB of lines, and 100,000 lines, arrive exactly', async () => {
    const lines = Array.from({ length: 1500 }, (_, i) => `line ${i} ${'x'.repeat(i % 120)}\té漢😀`).join('\n');
    const many = Array.from({ length: 100_000 }, (_, i) => `${i % 10}`).join('\n');
    for (const text of [lines, many]) {
      await send(text);
      expect(await eventually(() => got() === text, `${text.length} characters arrived`, 30_000)).toBe(true);
      await idle();
    }
  });

  test.each([
    ['a command', '/clear', 'command of Claude Code', '--command'],
    ['what ends it', 'exit', 'ends Claude Code', '--command'],
    ['an escape sequence', 'a\u001b[Ab', 'control character', ''],
    ['marks of direction', 'a\u202eb', 'direction of writing', ''],
    ['too much', 'x'.repeat(500_001), 'too many', 'file'],
  ])('%s is refused with a reason', async (_, text, reason, hint) => {
    const { status, stderr } = await claude.run(['send', 'coder', '-'], text);
    expect(status).toBe(2);
    expect(stderr).toContain(reason);
    expect(stderr).toContain(hint);
  });

  test('bytes that are no UTF-8 are refused', async () => {
    const { status, stderr } = await claude.run(['send', 'coder', '-'], Buffer.from([0x61, 0xff, 0x62]));
    expect([status, stderr]).toEqual([2, expect.stringContaining('not valid UTF-8')]);
  });

  test('what the user had half typed is put aside and comes back, in shell mode too', async () => {
    await claude.home.ok('keys', 'coder', 'm', 'i', 'n', 'e');
    await claude.shows('coder', /^❯.mine/m);
    await send('first of ours');
    expect(await arrived('first of ours')).toBe(true);
    await claude.shows('coder', /^❯.mine/m);
    await claude.home.ok('keys', 'coder', ...Array.from({ length: 4 }, () => 'BSpace'), '!', 'i', 'd');
    await claude.shows('coder', /^!.id/m);
    await send('second of ours');
    expect(await arrived('second of ours')).toBe(true);
    await claude.shows('coder', /^!.id/m);
    await claude.home.ok('keys', 'coder', 'BSpace', 'BSpace');
    await send('from an empty shell mode');
    expect(await arrived('from an empty shell mode')).toBe(true);
    await idle();
  });

  test('while a turn is under way it is queued, and a draft still comes back; copy mode is left first', async () => {
    await send('stub:hold turn\nstub:say done at last');
    await claude.stub.waitForText('stub:hold turn');
    await claude.home.ok('keys', 'coder', 'd', 'r', 'a', 'f', 't');
    await claude.shows('coder', /^❯.draft/m);
    await claude.home.tmux('copy-mode', '-t', '=coder:0.0');
    expect(await send('meanwhile')).toBe('queued');
    await claude.shows('coder', /^❯.draft/m);
    claude.stub.release('turn');
    await eventually(() => got() === 'meanwhile', 'the queued one arrived');
    await claude.home.ok('keys', 'coder', ...Array.from({ length: 5 }, () => 'BSpace'));
    await idle();
  });

  test('a menu is left alone: nothing is chosen in it, and the error says what is there', async () => {
    await send('/model', '--command');
    await claude.shows('coder', 'Select model');
    const { status, stderr } = await claude.run(['send', 'coder', 'choose 2']);
    expect(status).toBe(1);
    expect(stderr).toContain('nothing was typed');
    expect(stderr).toContain('Esc to cancel');
    await claude.home.ok('keys', 'coder', 'Escape');
    await claude.shows('coder', /Kept model/);
    await idle();
  });

  test('with the keys of vi it arrives exactly too, in insert and in normal mode', async () => {
    const folder = claude.home.file('vi-config');
    mkdirSync(folder);
    const state = JSON.parse(readFileSync(join(claude.userHome, '.claude.json'), 'utf8')) as object;
    writeFileSync(join(folder, '.claude.json'), JSON.stringify({ ...state, editorMode: 'vim' }));
    await claude.spawn('vi', '--env', `CLAUDE_CONFIG_DIR=${folder}`);
    await claude.shows('vi', '-- INSERT --');
    const long = 'ddp :q\n\tu x\nfour\nlines\nand more';
    for (const [i, text] of ['iii and jjj', long, 'dd 3x u', long].entries()) {
      if (i > 1) {
        await claude.home.ok('keys', 'vi', 'Escape');
        await claude.shows('vi', /^(?![^]*-- INSERT --)/);
      }
      const before = claude.stub.prompts().length;
      await claude.home.ok('send', 'vi', text);
      await eventually(() => claude.stub.prompts().length > before, 'it arrived', 30_000);
      expect(claude.stub.prompts().slice(before)).toEqual([text]);
      await claude.idle('vi');
    }
    await claude.home.ok('rm', '--force', 'vi');
  });

  test('eight senders at once: eight messages, each whole', async () => {
    const texts = Array.from({ length: 8 }, (_, i) => `sender ${i}\nsecond line of ${i}\n\tthird and\nfourth`);
    const before = claude.stub.prompts().length;
    await Promise.all(texts.map((text) => send(text)));
    const seen = (): string[] => claude.stub.requests().flatMap(({ texts: all }) => all.map((text) => text.trimEnd()));
    await eventually(() => texts.every((text) => seen().includes(text)), 'all have arrived', 30_000);
    expect(claude.stub.prompts().slice(before).join('\n').split('sender ')).toHaveLength(9);
  });
});
