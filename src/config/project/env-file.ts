/** Reads an environment file in the syntax of dotenv, and says which line is none. */
import { readFileSync } from 'node:fs';
import { parse } from 'dotenv';

export type EnvFile =
  | { readonly kind: 'read'; readonly values: Readonly<Record<string, string>> }
  | { readonly kind: 'missing' }
  | { readonly kind: 'unreadable'; readonly code: string }
  | { readonly kind: 'malformed'; readonly line: number };

/** An assignment as dotenv understands it; a quoted value may go over several lines. */
const ASSIGNMENT =
  /^[ \t]*(?:export[ \t]+)?[\w.-]+(?:[ \t]*=|:[ \t])[ \t]*(?:'(?:\\'|[^'])*'|"(?:\\"|[^"])*"|`(?:\\`|[^`])*`|[^#\r\n]*)?[ \t]*(?:#.*)?$/gm;

/** The values never appear in an outcome that is not `read`. */
export function readEnvFile(path: string): EnvFile {
  let text: string;
  try {
    text = readFileSync(path, 'utf8').replace(/^\uFEFF/, '').replaceAll('\r\n', '\n');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    return code === 'ENOENT' ? { kind: 'missing' } : { kind: 'unreadable', code };
  }
  const rest = text.replaceAll(ASSIGNMENT, (match) => match.replaceAll(/[^\n]/g, ''));
  const line = rest.split('\n').findIndex((each) => each.trim() !== '' && !each.trim().startsWith('#'));
  return line < 0 ? { kind: 'read', values: parse(text) } : { kind: 'malformed', line: line + 1 };
}
