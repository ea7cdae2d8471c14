/** Brings into a new worktree what git does not: copies of `.env`, links to `node_modules`. Modes stay as they are. */
import fs from 'node:fs';
import path from 'node:path';
import { MuxwardError } from '../core/errors.ts';
import { printable } from '../core/names.ts';
import type { WorktreeWish } from '../core/worktree.ts';
import { git, tryGit } from './git-text.ts';

const GLOB = /[*?[{]/;

/** Of a copied folder with more files than this, nothing is remembered: it is a cache, not somebody's work. */
const REMEMBERED_FILES = 500;

export interface CarriedOver {
  readonly copy: readonly string[];
  readonly link: readonly string[];
}

/** What the wish means there, relative to the top. @throws MuxwardError `usage` for a path that is missing or leads out. */
export async function findCarriedOver(top: string | null, { copy, link }: Pick<WorktreeWish, 'copy' | 'link'>): Promise<CarriedOver> {
  return { copy: await expand(top, copy, 'copy'), link: await expand(top, link, 'link') };
}

async function expand(top: string | null, patterns: readonly string[], what: 'copy' | 'link'): Promise<string[]> {
  const found = new Set<string>();
  for (const pattern of patterns) {
    if (top === null) throw new MuxwardError('usage', `worktree ${what}: a bare repository has no files to ${what}`, { hint: 'leave it out, or name a checkout with --cwd' });
    if (path.isAbsolute(pattern) || pattern.split('/').includes('..')) {
      throw new MuxwardError('usage', `worktree ${what}: ${printable(pattern)} leads out of the repository`, { hint: 'name it relative to the top of the repository' });
    }
    const matches = GLOB.test(pattern) ? await glob(top, pattern) : [path.normalize(pattern)].filter((each) => fs.existsSync(path.join(top, each)));
    if (matches.length === 0 && !GLOB.test(pattern)) {
      throw new MuxwardError('usage', `worktree ${what}: there is no ${printable(pattern)} in ${printable(top)}`, {
        hint: `take it out, or write a glob, which may match nothing: ${printable(pattern)}*`,
      });
    }
    for (const match of matches) found.add(match.replace(/\/$/, ''));
  }
  return [...found];
}

async function glob(top: string, pattern: string): Promise<string[]> {
  const found: string[] = [];
  const exclude = (name: string): boolean => path.basename(name) === '.git';
  for await (const match of fs.promises.glob(pattern, { cwd: top, exclude })) found.push(match);
  return found.toSorted();
}

/** @returns the hash of each copied file, by its path. What git has put there already stays as it is. */
export async function carryOver(from: string, to: string, { copy, link }: CarriedOver): Promise<Record<string, string>> {
  const copied: Record<string, string> = {};
  for (const name of copy) {
    const target = path.join(to, name);
    if (isTaken(target)) continue;
    await fs.promises.mkdir(path.dirname(target), { recursive: true });
    await fs.promises.cp(path.join(from, name), target, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true, errorOnExist: true, force: false });
    const files = filesUnder(target);
    if (files.length <= REMEMBERED_FILES) for (const file of files) copied[path.relative(to, file)] = hashOf(file);
  }
  const linked = link.filter((name) => !isTaken(path.join(to, name)));
  for (const name of linked) {
    await fs.promises.mkdir(path.dirname(path.join(to, name)), { recursive: true });
    await fs.promises.symlink(path.join(from, name), path.join(to, name));
  }
  await ignoreLinks(from, to, linked);
  return copied;
}

/** Of files; empty for one that is gone. */
export function hashOf(file: string): string {
  try {
    const stat = fs.lstatSync(file);
    const content = stat.isSymbolicLink() ? fs.readlinkSync(file) : fs.readFileSync(file);
    // Loaded only here: it would cost every daemon 3 MB.
    const { createHash } = process.getBuiltinModule('node:crypto');
    return createHash('sha256').update(content).digest('hex').slice(0, 32);
  } catch {
    return '';
  }
}

function filesUnder(target: string): string[] {
  if (!fs.lstatSync(target).isDirectory()) return [target];
  return fs
    .readdirSync(target, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.join(entry.parentPath, entry.name));
}

function isTaken(target: string): boolean {
  const found = fs.lstatSync(target, { throwIfNoEntry: false });
  return found !== undefined;
}

/** `node_modules/` in a .gitignore ignores a folder and no link to one: what is ignored there is made so here. */
async function ignoreLinks(from: string, to: string, linked: readonly string[]): Promise<void> {
  const lines: string[] = [];
  for (const name of linked) {
    const [there, here] = await Promise.all([isIgnored(from, name), isIgnored(to, name)]);
    if (there && !here) lines.push(`/${name.replaceAll(/[\\*?[\] ]/g, String.raw`\$&`)}\n`);
  }
  if (lines.length === 0) return;
  const exclude = await git(to, ['rev-parse', '--path-format=absolute', '--git-path', 'info/exclude']);
  await fs.promises.mkdir(path.dirname(exclude), { recursive: true });
  const before = fs.existsSync(exclude) ? fs.readFileSync(exclude, 'utf8') : '';
  fs.writeFileSync(exclude, `${before}${before === '' || before.endsWith('\n') ? '' : '\n'}${lines.join('')}`);
}

async function isIgnored(folder: string, name: string): Promise<boolean> {
  return (await tryGit(folder, ['check-ignore', '--quiet', name])).status === 0;
}
