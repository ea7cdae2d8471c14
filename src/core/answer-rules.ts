/**
 * Rules that answer a permission question without the user: by tool, command, path, agent and project. What forbids
 * comes first, then the first that allows; where none fits, the user is asked. Pure.
 */

export interface AnswerRule {
  /** As it is told: "allow Bash npm test*". */
  readonly name: string;
  readonly verdict: 'allow' | 'deny';
  /** A tool's name, or a glob of names. */
  readonly tool: string;
  /** A glob of the whole command, null where it does not matter. */
  readonly command: string | null;
  /** A glob of the file's path; one that does not begin with / starts at the agent's folder. */
  readonly path: string | null;
  /** A glob of agents' names; null means every one. */
  readonly agents: string | null;
  readonly project: string | null;
  /** Told to the agent with a refusal. */
  readonly reason: string | null;
}

export interface Permission {
  readonly agent: string;
  readonly project: string | null;
  readonly cwd: string;
  readonly tool: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** The agent wants to hear something, not to be allowed something: no rule can know it. */
const ASKING_TOOLS = new Set(['AskUserQuestion', 'ExitPlanMode']);
/** With these a command is more than one, or another than it looks. */
const SHELL_MARKS = /[;&|<>`$(){}\n\r\\]/;

export function ruleFor(rules: readonly AnswerRule[], permission: Permission): AnswerRule | null {
  if (ASKING_TOOLS.has(permission.tool)) return null;
  const fitting = rules.filter((rule) => fits(rule, permission));
  return fitting.find(({ verdict }) => verdict === 'deny') ?? fitting[0] ?? null;
}

function fits(rule: AnswerRule, permission: Permission): boolean {
  const { command, path } = rule;
  return (
    glob(rule.tool, permission.tool) &&
    (rule.agents === null || glob(rule.agents, permission.agent)) &&
    (rule.project === null || rule.project === permission.project) &&
    (command === null || fitsCommand(rule, command, permission.input['command'])) &&
    (path === null || fitsPath(path, permission))
  );
}

/** What allows must fit a plain command, or be it to the letter; what forbids also fits the parts of a compound one. */
function fitsCommand({ verdict }: AnswerRule, pattern: string, command: unknown): boolean {
  if (typeof command !== 'string') return false;
  if (command === pattern) return true;
  if (verdict === 'allow') return !SHELL_MARKS.test(command) && glob(pattern, command.trim());
  return glob(pattern, command) || command.split(/[;&|(){}\n`]|\$\(/).some((part) => glob(pattern, part.trim()));
}

function fitsPath(pattern: string, { input, cwd }: Permission): boolean {
  const file = input['file_path'] ?? input['notebook_path'] ?? input['path'];
  if (typeof file !== 'string') return false;
  return pathGlob(absolute(pattern, cwd), absolute(file, cwd));
}

/** Without `.` and `..`, which would lead out of what a pattern means. */
function absolute(path: string, cwd: string): string {
  const parts: string[] = [];
  for (const part of (path.startsWith('/') ? path : `${cwd}/${path}`).split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}

function glob(pattern: string, text: string): boolean {
  return matches(pattern, text, '.*', '.');
}

/** `*` stays within a folder, `**` does not. */
function pathGlob(pattern: string, path: string): boolean {
  return matches(pattern, path, '[^/]*', '[^/]');
}

function matches(pattern: string, text: string, many: string, one: string): boolean {
  const source = pattern.replaceAll(/\*\*|\*|\?|[.+^${}()|[\]\\]/g, (mark) => {
    if (mark === '**') return '.*';
    if (mark === '*') return many;
    return mark === '?' ? one : `\\${mark}`;
  });
  return new RegExp(`^${source}$`, 's').test(text);
}
