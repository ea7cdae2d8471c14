/**
 * The first index of a shadow: a copy of the user's where that tells the truth about the bytes on disk, since its
 * known times and sizes spare reading every file. Otherwise none: then everything is read, once.
 */
import fs from 'node:fs';
import path from 'node:path';
import { git, gitDo, records } from '../system/git.ts';
import { shadowEnv, type Shadow } from './shadow.ts';

/** Attributes under which what git stores is not what lies on disk. */
const CONVERTS = /\b(text|crlf|eol|filter|ident|working-tree-encoding)\b/;

/** Puts the first index at `target`, or leaves none there. */
export async function seedIndex(shadow: Shadow, target: string): Promise<void> {
  const { repository } = shadow.root;
  if (repository === null || (await converts(shadow))) return;
  const bytes = copyWithTime(path.join(repository.gitDir, 'index'), target);
  if (bytes === null) return;
  // A split index has its other half elsewhere; a sparse one has folders for entries.
  if (bytes.includes('link') && fs.readdirSync(repository.gitDir).some((name) => name.startsWith('sharedindex.'))) return fs.rmSync(target);
  const env = shadowEnv(shadow, target);
  const listed = await git(shadow.root.path, ['ls-files', '-z', '-v', '-s'], { env });
  if (listed.status !== 0) return fs.rmSync(target, { force: true });
  const entries = records(listed.stdout).map(parseEntry);
  if (entries.some(({ name }) => isAttributes(name) && convertsHere(path.join(shadow.root.path, name)))) return fs.rmSync(target);
  const untrue = entries.filter(isUntrue).map(({ name }) => name);
  if (untrue.length === 0) return;
  const input = [...new Set(untrue)].map((name) => `${name}\0`).join('');
  await gitDo(shadow.root.path, ['update-index', '-z', '--force-remove', '--stdin'], 'prepare the index', { env, input });
}

/** Does anything but a tracked `.gitattributes` change content between disk and repository? */
async function converts({ root }: Shadow): Promise<boolean> {
  const [autocrlf, attributesFile] = await Promise.all([configured(root.path, 'core.autocrlf'), configured(root.path, 'core.attributesFile')]);
  if (autocrlf !== '' && autocrlf !== 'false') return true;
  const home = process.env['XDG_CONFIG_HOME'] ?? path.join(process.env['HOME'] ?? '/', '.config');
  const files = [
    attributesFile === '' ? path.join(home, 'git/attributes') : attributesFile.replace(/^~/, process.env['HOME'] ?? '~'),
    path.join(root.repository?.commonDir ?? '', 'info/attributes'),
    '/etc/gitattributes',
  ];
  return files.some(convertsHere);
}

async function configured(folder: string, key: string): Promise<string> {
  const { stdout } = await git(folder, ['config', '--get', key]);
  return stdout.toString().trim();
}

function convertsHere(file: string): boolean {
  try {
    return CONVERTS.test(fs.readFileSync(file, 'utf8'));
  } catch {
    // A tracked one that is not on disk may have counted when its files were added.
    return path.basename(file) === '.gitattributes';
  }
}

function isAttributes(name: string): boolean {
  return name === '.gitattributes' || name.endsWith('/.gitattributes');
}

/** Its time stays: by it git knows which files may have changed within the same second. */
function copyWithTime(from: string, to: string): Buffer | null {
  try {
    const stat = fs.statSync(from);
    const bytes = fs.readFileSync(from);
    fs.writeFileSync(to, bytes, { mode: 0o600 });
    fs.utimesSync(to, stat.atime, stat.mtime);
    return bytes;
  } catch {
    return null;
  }
}

interface Entry {
  readonly tag: string;
  readonly mode: string;
  readonly stage: string;
  readonly name: string;
}

function parseEntry(record: string): Entry {
  const tab = record.indexOf('\t');
  const [tag = '', mode = '', , stage = ''] = record.slice(0, tab).split(' ');
  return { tag, mode, stage, name: record.slice(tab + 1) };
}

/** Not on disk by intent (S), not looked at by wish (lower case), in conflict, or another repository. */
function isUntrue({ tag, mode, stage }: Entry): boolean {
  return tag === 'S' || tag !== tag.toUpperCase() || stage !== '0' || mode === '160000';
}
