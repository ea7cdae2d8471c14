/**
 * Fills in variables as Docker Compose does: `${VAR}`, `${VAR:-default}`, `${VAR:?message}`, `${VAR:+other}`, and
 * the same without the colon (unset only, not empty); `$$` is a dollar sign. A bare `$VAR` is left to the shell
 * that runs the command. Pure; where the variables come from is variables.ts.
 */
import { printable, suggest } from '../../core/names.ts';

export interface Variables {
  get(name: string): string | undefined;
  /** For "did you mean". */
  names(): readonly string[];
}

interface Problem {
  readonly message: string;
  readonly hint: string;
}

export interface Substitution {
  readonly text: string;
  readonly problems: readonly Problem[];
}

const NAME = /^[A-Za-z_][A-Za-z0-9_]*/;
const OPERATOR = /^:?[-?+]/;

export function substitute(text: string, variables: Variables): Substitution {
  const problems: Problem[] = [];
  let result = '';
  let rest = text;
  for (let at = rest.indexOf('$'); at >= 0; at = rest.indexOf('$')) {
    result += rest.slice(0, at);
    rest = rest.slice(at);
    if (rest.startsWith('$$')) {
      result += '$';
      rest = rest.slice(2);
    } else if (rest.startsWith('${')) {
      const length = lengthOfBraces(rest);
      const value = length === undefined ? unclosed(rest) : expand(rest.slice(2, length - 1), variables);
      result += value.text;
      problems.push(...value.problems);
      rest = rest.slice(length ?? rest.length);
    } else {
      result += '$';
      rest = rest.slice(1);
    }
  }
  return { text: result + rest, problems };
}

/** How long `${…}` at the beginning is, with what is nested in it; undefined where it is never closed. */
function lengthOfBraces(text: string): number | undefined {
  let depth = 0;
  for (let i = 0; i < text.length; i += 1) {
    if (text.startsWith('$$', i)) i += 1;
    else if (text.startsWith('${', i)) [depth, i] = [depth + 1, i + 1];
    else if (text[i] === '}') {
      depth -= 1;
      if (depth === 0) return i + 1;
    }
  }
  return undefined;
}

function expand(inner: string, variables: Variables): Substitution {
  const name = NAME.exec(inner)?.[0];
  const tail = inner.slice(name?.length ?? 0);
  const operator = OPERATOR.exec(tail)?.[0] ?? '';
  if (name === undefined || (operator === '' && tail !== '')) return malformed(inner);
  const word = tail.slice(operator.length);
  const value = variables.get(name);
  const isThere = value !== undefined && !(operator.startsWith(':') && value === '');
  switch (operator.at(-1)) {
    case '-':
      return isThere ? plain(value) : substitute(word, variables);
    case '+':
      return isThere ? substitute(word, variables) : plain('');
    case '?':
      return isThere ? plain(value) : demanded(name, substitute(word, variables));
    default:
      return isThere ? plain(value) : unset(name, variables);
  }
}

function plain(text: string): Substitution {
  return { text, problems: [] };
}

function problem(message: string, hint: string): Substitution {
  return { text: '', problems: [{ message, hint }] };
}

function demanded(name: string, message: Substitution): Substitution {
  if (message.problems.length > 0) return message;
  const why = message.text.trim() === '' ? '' : `: ${printable(message.text)}`;
  return problem(`the variable ${name} is needed${why}`, howToSet(name));
}

function unset(name: string, variables: Variables): Substitution {
  const near = suggest(name, variables.names());
  const meant = near === undefined ? '' : `did you mean ${near}? `;
  return problem(`the variable ${name} is not set`, `${meant}${howToSet(name)}, or give a default: \${${name}:-…}; $\${${name}} is left to the shell`);
}

function howToSet(name: string): string {
  return `set ${name} under variables:, in the environment, or in .env beside the file`;
}

function malformed(inner: string): Substitution {
  const shown = printable(inner);
  return problem(`\${${shown}} is no variable`, `\${NAME}, \${NAME:-default} or \${NAME:?message}; $\${${shown}} is left to the shell`);
}

function unclosed(text: string): Substitution {
  return problem(`"${printable(text)}" lacks its closing }`, 'write $$ for a dollar sign that shall stay');
}
