/** `answers:` of config.yaml: rules that answer permission questions, and what they become. A broad one has to say so. */
import * as z from 'zod/mini';
import type { AnswerRule } from '../../core/answer-rules.ts';
import { checked, listOf, mapWith, word, type Complaint } from '../yaml/fields.ts';

/** These do anything, or anything to any file, unless something narrows them. */
const COMMAND_TOOLS = new Set(['Bash']);
const FILE_TOOLS = new Set(['Edit', 'MultiEdit', 'NotebookEdit', 'Write']);
const ANYTHING = /^[*?/.\s]*$/;
/** No rule can know what the user would say. */
const ASKING = new Set(['AskUserQuestion', 'ExitPlanMode']);

const shape = {
  allow: z.optional(word('The tool that may be used without asking: Bash, Edit, mcp__server__tool, or a glob.')),
  deny: z.optional(word('The tool that is refused without asking.')),
  command: z.optional(word('A glob of the whole command. What allows fits only plain commands, or one to the letter.')),
  path: z.optional(word("A glob of the file; from the agent's folder unless it begins with /. ** goes into folders.")),
  agents: z.optional(word("A glob of agents' names, for example api-*. Default: all.")),
  project: z.optional(word('Only agents of this project.')),
  reason: z.optional(word('Told to the agent with a refusal.')),
  broad: z.optional(z.boolean({ error: 'true or false' }).check(z.describe('Needed where the rule allows anything a tool can do.'))),
};

const ruleSchema = checked(mapWith(shape, 'a rule such as {allow: Bash, command: npm test*}', 'A rule.'), (rule) => complaint(rule));

export const answersSchema = listOf(ruleSchema, 'a list of rules', 'Rules that answer permission questions of Claude Code without you.');

type RuleFile = { readonly [K in keyof typeof shape]?: z.output<(typeof shape)[K]> };

export function answerRulesFrom(rules: readonly RuleFile[] | undefined): AnswerRule[] {
  return (rules ?? []).map((rule) => {
    const verdict = rule.allow === undefined ? 'deny' : 'allow';
    const tool = rule.allow ?? rule.deny ?? '';
    const { command = null, path = null, agents = null, project = null, reason = null } = rule;
    const name = [verdict, tool, command, path].filter((part) => part !== null).join(' ');
    return { name, verdict, tool, command, path, agents, project, reason };
  });
}

function complaint(rule: RuleFile): Complaint | undefined {
  const { allow, deny, command, path, broad } = rule;
  if ((allow === undefined) === (deny === undefined)) {
    return { is: 'says neither allow nor deny, or both', hint: 'one of them, with the name of a tool: {allow: Bash, command: npm test*}' };
  }
  const tool = allow ?? deny ?? '';
  if (ASKING.has(tool)) return { is: `names ${tool}, which asks you something that no rule can know`, hint: 'leave it out: muxward answer NAME' };
  if (command !== undefined && path !== undefined) return { is: 'has both command and path', hint: 'command is for Bash, path for files' };
  if (allow === undefined || broad === true) return undefined;
  const narrow = COMMAND_TOOLS.has(allow) ? command : FILE_TOOLS.has(allow) ? path : /[*?]/.test(allow) ? '' : allow;
  if (narrow !== undefined && !ANYTHING.test(narrow)) return undefined;
  return { is: `would allow anything that ${allow} can do`, hint: 'narrow it by command or path, or say broad: true if you mean it' };
}
