/** How a rule for screens is written in YAML, checked and read. What it means is agents/screen-rules.ts. */
import * as z from 'zod/mini';
import { checked, choice, count, listOf, mapWith, text, word, type Complaint } from '../yaml/fields.ts';
import { DEFAULT_WITHIN, SCREEN_PLACES, SCREEN_STATES, type ScreenRule } from './screen-rule.ts';

/** A regular expression. */
export const pattern = (description: string) => checked(text(description), notAPattern);

/** Keys to press, one after the other. */
export const keys = listOf(word('A key by its name in tmux.'), 'a list of keys, such as [y, Enter]', 'Keys, pressed in this order.');

export const answerKeys = mapWith({ allow: z.optional(keys), deny: z.optional(keys) }, 'keys to press, such as {allow: [y, Enter]}', 'How it is answered.');

const ruleShape = {
  state: choice(SCREEN_STATES, 'What it does when the rule fits.'),
  line: z.optional(pattern('Fits one of the last lines that say something.')),
  cursor: z.optional(pattern('Fits the line that has the cursor.')),
  title: z.optional(pattern('Fits the title that the program gave its terminal.')),
  within: z.optional(count('Of so many last lines.', { min: 1, max: 200 })),
  says: z.optional(word('What is told instead of the line.')),
  answers: z.optional(answerKeys),
  quiet: z.optional(z.boolean({ error: 'true or false' }).check(z.describe('Only when nothing was printed for a second.'))),
};

type RuleFile = { readonly [K in keyof typeof ruleShape]?: z.output<(typeof ruleShape)[K]> };

const rule = checked(mapWith(ruleShape, "a rule such as {state: idle, cursor: '^>>>$'}", 'A rule.'), complaint);

export const rules = listOf(rule, 'a list of rules', 'What it does, by what its screen shows.');

export function ruleFrom(said: RuleFile): ScreenRule {
  const place = SCREEN_PLACES.find((one) => said[one] !== undefined) ?? 'line';
  const { state, within = DEFAULT_WITHIN, says = null, quiet = false, answers = {} } = said;
  return { state: state as ScreenRule['state'], place, pattern: new RegExp(said[place] ?? '', 'u'), says, within: Number(within), quiet, answers };
}

function complaint(said: RuleFile): Complaint | undefined {
  const places = SCREEN_PLACES.filter((one) => said[one] !== undefined);
  if (places.length !== 1) return { is: places.length === 0 ? 'says nowhere to look' : 'looks in two places', hint: `one of ${SCREEN_PLACES.join(', ')}` };
  if (said.within !== undefined && said.line === undefined) return { is: 'has within, which belongs to line', hint: 'leave it out' };
  if (said.answers !== undefined && said.state !== 'waiting') return { is: 'has answers, but asks nothing', hint: 'leave them out, or say state: waiting' };
  return undefined;
}

function notAPattern(said: string): Complaint | undefined {
  try {
    void new RegExp(said, 'u');
    return undefined;
  } catch (error) {
    return { is: 'is no regular expression', hint: (error as Error).message };
  }
}
