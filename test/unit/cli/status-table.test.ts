import { describe, expect, it } from 'vitest';
import { nextSteps, NO_AGENTS, renderStatus } from '../../../src/cli/render/status-table.ts';
import type { Look } from '../../../src/cli/render/look.ts';
import { createPalette, PLAIN } from '../../../src/cli/render/palette.ts';
import { agentOf, FOUR, NOW } from './agent-of.ts';

const people = (width: number): Look => ({ palette: PLAIN, width, forPeople: true, none: '–' });
const PIPE: Look = { palette: PLAIN, width: Number.POSITIVE_INFINITY, forPeople: false, none: '-' };

describe('status', () => {
  it('shows everything at 200 columns', () => {
    expect(`\n${renderStatus(FOUR, people(200), NOW)}`).toMatchInlineSnapshot(`
      "
        NAME      TYPE         STATE      ACTIVITY                 HEALTH         CPU   MEM     UP  ↻
      ● coder     claude-code  executing  working · Edit · 3s      healthy        8 %  221M    14m  0
      ◐ reviewer  claude-code  waiting    asks "run npm test?" 2m  healthy        0 %  208M    14m  0
      ● web       worker       ready      –                        unhealthy (3)  1 %   48M  2h 3m  1
      ✘ crawler   worker       failed     –                        –                –     –      –  3  exit 1, 4 times in 30 s

      1 waits for you → muxward answer reviewer allow|deny      1 failed → muxward logs crawler
      "
    `);
  });

  it('lets the least needed go at 80 columns', () => {
    const text = renderStatus(FOUR, people(80), NOW);
    expect(`\n${text}`).toMatchInlineSnapshot(`
      "
        NAME      STATE      ACTIVITY              HEALTH            UP
      ● coder     executing  working · Edit · 3s   healthy          14m
      ◐ reviewer  waiting    asks "run npm test?…  healthy          14m
      ● web       ready      –                     unhealthy (3)  2h 3m
      ✘ crawler   failed     –                     –                  –  exit 1, 4 ti…

      1 waits for you → muxward answer reviewer allow|deny      1 failed → muxward logs crawler
      "
    `);
    const table = text.split('\n\n')[0] ?? '';
    for (const line of table.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  it('never cuts a name, however narrow it is', () => {
    const long = agentOf('a-name-of-quite-some-length-that-goes-on');
    expect(renderStatus([long], people(30), NOW)).toContain(long.name);
  });

  it('is one agent a line in a pipe, with no colour, no symbol and the same columns always', () => {
    const text = renderStatus(FOUR, PIPE, NOW);
    expect(`\n${text}`).toMatchInlineSnapshot(`
      "
      NAME      TYPE         STATE      ACTIVITY                 HEALTH         CPU   MEM     UP  RESTARTS  REASON
      coder     claude-code  executing  working · Edit · 3s      healthy        8 %  221M    14m         0  -
      reviewer  claude-code  waiting    asks "run npm test?" 2m  healthy        0 %  208M    14m         0  -
      web       worker       ready      -                        unhealthy (3)  1 %   48M  2h 3m         1  -
      crawler   worker       failed     -                        -                -     -      -         3  exit 1, 4 times in 30 s
      "
    `);
    // oxlint-disable-next-line no-control-regex -- looks for escape sequences
    expect(text).not.toMatch(/[\u001B●◐○✘–→]/);
    expect(text.trimEnd().split('\n')).toHaveLength(FOUR.length + 1);
  });

  it('says how to begin where there is nothing', () => {
    expect(renderStatus([], people(80), NOW)).toBe(`${NO_AGENTS}\n`);
  });

  it('repeats the meaning of symbols in colour', async () => {
    const palette = await createPalette(true);
    const text = renderStatus(FOUR, { ...people(200), palette }, NOW);
    expect(text).toContain('\u001B[31m✘\u001B[39m');
    expect(text).toContain('\u001B[33m◐\u001B[39m');
    expect(text).toContain('\u001B[32m●\u001B[39m');
  });

  it('lets no control character of an agent reach the terminal', () => {
    const evil = agentOf('evil', {
      state: 'failed',
      reason: 'exit 1\u001B[2J\u001B]0;title\u0007\r\nsecond\u009B31m line \u202Ereversed',
    });
    const text = renderStatus([evil], people(200), NOW);
    // oxlint-disable-next-line no-control-regex -- looks for exactly those
    expect(text.replaceAll('\n', '')).not.toMatch(/[\u0000-\u001F\u007F-\u009F\u202E]/);
    expect(text.split('\n')).toHaveLength(5);
  });

  it('names the one next step', () => {
    expect(nextSteps(FOUR)).toEqual(['1 waits for you → muxward answer reviewer allow|deny', '1 failed → muxward logs crawler']);
    expect(nextSteps([agentOf('a')])).toEqual([]);
  });
});
