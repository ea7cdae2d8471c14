/**
 * The git folder that muxward keeps for each tree it saves: an index of its own, so that the user's is never touched,
 * and attributes under which content is stored byte by byte (no line ends, filters or keywords are changed). Objects
 * go to the user's repository, or, for a folder without one, into this very folder.
 */
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { makePrivateFolder } from '../config/private-folder.ts';
import { writePrivateFile } from '../system/secure-files.ts';
import type { GitOptions } from '../system/git.ts';
import type { Root } from './find-root.ts';

/** What holds for every file, whatever `.gitattributes` says: info/attributes has the last word. */
const RAW = '* -text -eol -crlf -filter -ident -working-tree-encoding\n';

const SETTINGS = {
  core: {
    bare: 'false',
    autocrlf: 'false',
    attributesFile: '/dev/null',
    splitIndex: 'false',
    untrackedCache: 'false',
    sparseCheckout: 'false',
    sparseCheckoutCone: 'false',
    logAllRefUpdates: 'false',
  },
  index: { sparse: 'false' },
} as const;

export interface Shadow {
  readonly folder: string;
  readonly root: Root;
  /** Where objects and refs of its checkpoints are. */
  readonly storeDir: string;
  readonly index: string;
}

/** The shadow of a tree, made or brought up to date. `home` is muxward's. */
export function openShadow(shadows: string, root: Root, home: string): Shadow {
  const key = createHash('sha256').update(root.path).update(root.repository?.gitDir ?? '').digest('hex').slice(0, 20);
  const folder = path.join(shadows, key);
  const format = root.repository?.objectFormat ?? 'sha1';
  for (const one of ['', 'info', 'objects', 'refs', 'work']) makePrivateFolder(path.join(folder, one));
  writeIfOther(path.join(folder, 'info/attributes'), RAW);
  writeIfOther(path.join(folder, 'info/exclude'), excludes(root, home));
  writeIfOther(path.join(folder, 'config'), configText(root, format));
  writeIfOther(path.join(folder, 'HEAD'), 'ref: refs/heads/none\n');
  writeIfOther(path.join(folder, 'tree'), `${root.path}\n`);
  return { folder, root, storeDir: root.repository?.commonDir ?? folder, index: path.join(folder, 'index') };
}

/** The environment in which git works on the tree with this shadow. */
export function shadowEnv({ folder, root, storeDir, index }: Shadow, indexFile = index): NonNullable<GitOptions['env']> {
  return { GIT_DIR: folder, GIT_WORK_TREE: root.path, GIT_INDEX_FILE: indexFile, GIT_OBJECT_DIRECTORY: path.join(storeDir, 'objects') };
}

/** An index for one piece of work. It takes the place of the shadow's own only once that has gone well. */
export function workIndex({ folder }: Shadow): string {
  return path.join(folder, 'work', `${process.pid}-${Math.random().toString(36).slice(2)}.index`);
}

/** What killed processes left behind; younger files may be somebody's work. */
export function sweepWork({ folder }: Pick<Shadow, 'folder'>, olderThanMs: number): void {
  const work = path.join(folder, 'work');
  for (const name of fs.readdirSync(work)) {
    const file = path.join(work, name);
    const stat = fs.statSync(file, { throwIfNoEntry: false });
    if (stat && Date.now() - stat.mtimeMs > olderThanMs) fs.rmSync(file, { force: true });
  }
}

/** The user's own settings first (is the file system blind to case, to modes …), then ours. */
function configText({ repository }: Root, format: string): string {
  const version = format === 'sha1' ? '\trepositoryformatversion = 0\n' : `\trepositoryformatversion = 1\n[extensions]\n\tobjectformat = ${format}\n`;
  const included = repository === null ? [] : [path.join(repository.commonDir, 'config'), path.join(repository.gitDir, 'config.worktree')];
  const includes = included.map((file) => `[include]\n\tpath = ${quoted(file)}\n`).join('');
  const sections = Object.entries(SETTINGS).map(
    ([section, values]) => `[${section}]\n${Object.entries(values).map(([key, value]) => `\t${key} = ${value}\n`).join('')}`,
  );
  return `[core]\n${version}${includes}${sections.join('')}`;
}

function quoted(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

function excludes({ path: folder, repository }: Root, home: string): string {
  const own = repository === null ? '' : readOrEmpty(path.join(repository.commonDir, 'info/exclude'));
  const inside = path.relative(folder, fs.realpathSync(home));
  const isInside = inside !== '' && !inside.startsWith('..') && !path.isAbsolute(inside);
  return isInside ? `${own}\n/${inside.replaceAll(/[[\]*?!#\\ ]/g, '\\$&')}/\n` : own;
}

function readOrEmpty(file: string): string {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function writeIfOther(file: string, text: string): void {
  if (readOrEmpty(file) !== text) writePrivateFile(file, text);
}
