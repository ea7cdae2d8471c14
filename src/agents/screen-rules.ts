/**
 * Reads what a program does from its screen, by rules that somebody wrote down as data. Pure: tried on recorded screens
 * (test/data/screens). The first rule that fits decides; where none does, nothing is known.
 */
import type { AnswerKeys, ScreenRule } from '../config/terminals/screen-rule.ts';
import { readStyles, type TerminalLook } from './styled-screen.ts';

/** What a screen says. */
export interface ScreenFinding {
  readonly status: ScreenRule['state'] | 'unknown';
  /** What it works on or asks; null where there is no more to say. */
  readonly detail: string | null;
  readonly evidence: string;
  /** The line that says so. */
  readonly line: string | null;
}

const DETAIL_MAX = 200;

/** `type`: whose rules they are, for the evidence. `isQuiet`: nothing was printed for a second. */
export function readByRules(rules: readonly ScreenRule[], type: string, look: TerminalLook, isQuiet: boolean): ScreenFinding {
  const fit = firstFit(rules, look, isQuiet);
  if (fit === null) return { status: 'unknown', detail: null, evidence: `screen: no rule of ${type} fits`, line: null };
  const { rule, found } = fit;
  const { place, pattern, state } = rule;
  return { status: state, detail: detailOf(rule, found), evidence: `screen: rule ${rules.indexOf(rule) + 1} of ${type} (${place} /${pattern.source}/)`, line: found.input.trimEnd() };
}

/** What answers the question that the screen shows now; null where it shows none. */
export function answersByRules(rules: readonly ScreenRule[], look: TerminalLook): AnswerKeys | null {
  const rule = firstFit(rules, look, true)?.rule;
  return rule?.state === 'waiting' ? rule.answers : null;
}

function firstFit(rules: readonly ScreenRule[], look: TerminalLook, isQuiet: boolean): { rule: ScreenRule; found: RegExpExecArray } | null {
  const lines = readStyles(look.lines).map(({ text }) => text);
  for (const rule of rules) {
    if (rule.quiet && !isQuiet) continue;
    const found = find(rule, lines, look);
    if (found !== null) return { rule, found };
  }
  return null;
}

function find({ place, pattern, within }: ScreenRule, lines: readonly string[], look: TerminalLook): RegExpExecArray | null {
  if (place === 'title') return pattern.exec(look.title);
  if (place === 'cursor') return pattern.exec(lines[look.cursor.row] ?? '');
  const last = lines.filter((line) => line.trim() !== '').slice(-within).toReversed();
  for (const line of last) {
    const found = pattern.exec(line);
    if (found) return found;
  }
  return null;
}

/** A question is its whole line unless the rule has a group; rest has nothing to say. */
function detailOf({ state, says }: ScreenRule, found: RegExpExecArray): string | null {
  const said = says ?? found[1] ?? (state === 'waiting' ? found.input : state === 'working' ? found[0] : '');
  const text = said.replaceAll(/[│┃|╭╮╰╯─━]+/g, ' ').replaceAll(/\s+/g, ' ').trim();
  if (text === '') return null;
  return text.length > DETAIL_MAX ? `${text.slice(0, DETAIL_MAX - 1)}…` : text;
}
