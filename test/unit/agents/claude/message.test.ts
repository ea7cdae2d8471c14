import { assert, constantFrom, property, string } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { boxShows, isMessage, isShort, messageOf, piecesOf, survivesEditor } from '../../../../src/agents/claude/message.ts';
import { failureOf } from '../../../helpers/failure-of.ts';

describe('what may be sent', () => {
  test('blanks at the end go, as Claude Code drops them; all else stays', () => {
    expect(messageOf('  a\r\n\tb  \n\n', false)).toBe('  a\n\tb');
  });

  test.each([
    ['', 'empty'],
    [' \n', 'empty'],
    ['x'.repeat(500_001), 'too many'],
    ['a\u0000b', 'control character'],
    ['a\rb', 'control character'],
    ['a\u2028b', 'control character'],
    ['a\ufffdb', 'UTF-8'],
    ['a\ud83d', 'UTF-8'],
    ['a\u2066b', 'direction'],
    ['/clear', '/clear would be a command'],
    ['/clear now', '/clear would be a command'],
    ['exit', 'ends Claude Code'],
    [':wq!', 'ends Claude Code'],
  ])('%j is refused', (text, reason) => {
    expect(failureOf(() => messageOf(text, false))).toMatchObject({ code: 'usage', message: expect.stringContaining(reason) });
  });

  test('commands may be meant', () => {
    expect(messageOf('/clear', true)).toBe('/clear');
  });
});

describe('how it is typed', () => {
  test.each([
    ['a', true],
    ['a\nb\nc', true],
    ['a\nb\nc\nd', false],
    ['x'.repeat(800), false],
    ['a\tb', false],
    ['!ls', false],
    ['#x', false],
    ['e\u0301', false],
  ])('%j in one go: %s', (message, short) => {
    expect(isShort(message)).toBe(short);
  });

  test('pieces are each taken for typing, and make the message', () => {
    const text = string({ unit: constantFrom('a', 'é', '\n', '漢', '😀', ' '), maxLength: 5000 });
    assert(
      property(text, (message) => {
        const pieces = piecesOf(message) ?? [];
        expect(pieces.join('')).toBe(message);
        for (const piece of pieces) {
          expect(piece.length).toBeLessThan(800);
          expect(piece.split('\n').length).toBeLessThanOrEqual(4);
          expect(piece.replace(/\n$/, '').split('\n').length).toBeLessThanOrEqual(3);
        }
      }),
    );
  });

  test('what cannot be typed exactly has no pieces', () => {
    expect([piecesOf('a\tb'), piecesOf('!a'), piecesOf('e\u0301')]).toEqual([null, null, null]);
  });

  test('a character that the editor would lose is known', () => {
    const long = 'x'.repeat(10_100);
    expect(survivesEditor(long)).toBe(true);
    expect(survivesEditor(`${'x'.repeat(499)}😀${long}`)).toBe(false);
    expect(survivesEditor(`${'x'.repeat(498)}😀${long}`)).toBe(true);
    expect(survivesEditor(`${long}😀${'x'.repeat(498)}`)).toBe(false);
    expect(survivesEditor(`${long}😀${'x'.repeat(499)}`)).toBe(true);
  });
});

describe('how it is recognised', () => {
  test('in what a hook reports, but for invisible characters that were taken out', () => {
    expect(isMessage('a b', 'a b')).toBe(true);
    expect(isMessage('ab', 'a\u200bb')).toBe(true);
    expect(isMessage('a b', 'a  b')).toBe(false);
  });

  test('in the box, whole where all of it can be seen', () => {
    expect(boxShows({ text: 'one two', isCut: false }, 'one\ttwo')).toBe(true);
    expect(boxShows({ text: 'mine one two', isCut: false }, 'one two')).toBe(false);
    expect(boxShows({ text: '', isCut: false }, 'one')).toBe(false);
    expect(boxShows({ text: 'lines\nthree', isCut: true }, 'one two lines three')).toBe(true);
    expect(boxShows({ text: 'one[...Truncated text #1 +9\n lines...]nine', isCut: false }, 'one two nine')).toBe(true);
    expect(boxShows({ text: '/model  [model]', isCut: false }, '/model')).toBe(true);
  });
});
