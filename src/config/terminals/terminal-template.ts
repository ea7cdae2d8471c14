/**
 * Reads a template of a terminal (`terminals/NAME.yaml`), and refuses what is wrong in one with its line. What comes of
 * it is agents/terminal.ts; what its rules mean, agents/screen-rules.ts.
 *
 *     summary: a Python prompt
 *     command: [python3, -i]       # found on the caller's PATH; `-- COMMAND` at spawn replaces it
 *     prompt: typed                # or: argument (the last one), none
 *     ready: '^>>>'                # the screen has such a line when it can be typed to
 *     answers: {allow: [y, Enter]} # keys for `muxward answer NAME allow` and `deny`
 *     menus: true                  # its questions read keys, not text
 *     interrupt: [Escape]          # keys for `muxward interrupt NAME`; SIGINT where nothing is said
 *     screen:                      # what it does, by what its screen shows; the first rule that fits decides
 *       - {state: idle, cursor: '^>>>$'}
 *       - {state: working, cursor: ''}
 */
import * as z from 'zod/mini';
import { InvalidConfig } from '../faults.ts';
import { checkValue } from '../yaml/check-value.ts';
import { checked, choice, listOf, mapWith, text, word } from '../yaml/fields.ts';
import { parsePositionedYaml } from '../yaml/positioned-yaml.ts';
import { answerKeys, keys, pattern, ruleFrom, rules } from './rule-schema.ts';
import type { AnswerKeys, ScreenRule } from './screen-rule.ts';

const PROMPTS = ['argument', 'typed', 'none'] as const;

export interface TerminalTemplate {
  readonly summary: string;
  readonly command: readonly string[];
  readonly prompt: (typeof PROMPTS)[number];
  readonly ready: RegExp;
  /** What says yes and no to what it asks; empty where nobody wrote any. */
  readonly answers: AnswerKeys;
  /** Its questions are menus: text typed at one is not read, and Enter takes the choice that is marked. */
  readonly menus: boolean;
  /** Keys that end what it does, for programs that SIGINT would end; null where that serves. */
  readonly interrupt: readonly string[] | null;
  /** In order of precedence; empty where nobody wrote any. */
  readonly screen: readonly ScreenRule[];
}

const templateSchema = mapWith(
  {
    summary: word('A few words for help texts.'),
    command: checked(listOf(text('A word of the command.'), 'a list [program, arg …]', 'Program and arguments.'), (words) =>
      words[0] === undefined || words[0] === '' ? { is: 'names no program', hint: 'a list [program, arg …]' } : undefined,
    ),
    prompt: z.optional(choice(PROMPTS, 'How it is given its first prompt.')),
    ready: z.optional(pattern('The screen has such a line when it can be typed to.')),
    answers: z.optional(answerKeys),
    menus: z.optional(z.boolean({ error: 'true or false' }).check(z.describe('Its questions read keys, not text.'))),
    interrupt: z.optional(keys),
    screen: z.optional(rules),
  },
  'a template: summary, command, prompt, ready, answers, menus, interrupt, screen',
  'A terminal template.',
);

/** @throws InvalidConfig with every fault at its line. */
export function readTemplate(source: string, file: string): TerminalTemplate {
  const document = parsePositionedYaml(source, file);
  if (document.faults.length > 0) throw new InvalidConfig(document.faults);
  const { value, faults } = checkValue(templateSchema, document.value, document);
  if (value === undefined) throw new InvalidConfig(faults);
  const { summary, command, prompt = 'none', ready = '', answers = {}, menus = false, interrupt = null, screen = [] } = value;
  return { summary, command, prompt: prompt as TerminalTemplate['prompt'], ready: new RegExp(ready, 'mu'), answers, menus, interrupt, screen: screen.map(ruleFrom) };
}
