import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import { PLAIN } from '../../../src/cli/render/palette.ts';
import { renderEntry } from '../../../src/cli/render/transcript-lines.ts';
import type { TranscriptEntry } from '../../../src/core/transcript.ts';

const AT = '2030-01-31T12:00:00.000Z';
const ENTRY: TranscriptEntry = { at: AT, who: 'assistant', text: 'hello', tool: null, model: null, subagent: null, sessionId: 's' };
const TOOL = { id: 't', name: 'Bash', summary: `npm test -- ${'x'.repeat(300)}`, input: {}, outcome: 'failed' as const, result: `first\nsecond ${'y'.repeat(300)}` };
const look = (width: number) => ({ palette: PLAIN, width, forPeople: true, none: '–' });
const render = (entry: TranscriptEntry, width: number, full = false): string[] =>
  renderEntry(entry, look(width), { full, nowMs: Date.parse(AT) }).split('\n').slice(0, -1);

describe('an entry of a conversation', () => {
  it.each([80, 200])('has a tool and its outcome in one line of at most %i columns', (width) => {
    const [line = '', ...more] = render({ ...ENTRY, who: 'tool', text: '', tool: TOOL }, width);
    expect(more).toEqual([]);
    expect(stringWidth(line)).toBeLessThanOrEqual(width);
    expect(line).toMatch(/✘ Bash npm test .*first second y/);
  });

  it('lets no control character of an agent reach the terminal', () => {
    const nasty = 'a\u001B[2Jb\u0007c\u001B]0;title\u0007d\u202Ee';
    const lines = [...render({ ...ENTRY, text: nasty }, 80), ...render({ ...ENTRY, who: 'tool', tool: { ...TOOL, name: nasty, summary: nasty, result: nasty } }, 80, true)];
    // oxlint-disable-next-line no-control-regex -- that is what must not be there
    expect(lines.join('')).not.toMatch(/[\u0000-\u001F\u007F-\u009F\u202E]/);
  });

  it('cuts a long text, but not in full', () => {
    const text = Array.from({ length: 30 }, (_, i) => `line ${i}`).join('\n');
    expect(render({ ...ENTRY, text }, 80)).toHaveLength(12);
    expect(render({ ...ENTRY, text }, 80).at(-1)).toContain('19 more lines');
    expect(render({ ...ENTRY, text }, 80, true)).toHaveLength(30);
  });
});
