/** Which folder tree an agent's files are: the work tree of its repository, or its folder itself. Only looks. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { MuxwardError } from '../core/errors.ts';
import { git } from '../system/git.ts';

interface Repository {
  /** Of this work tree: its index and HEAD are here. */
  readonly gitDir: string;
  /** Of all its work trees: objects and refs are here. */
  readonly commonDir: string;
  readonly objectFormat: string;
  /** Null where nothing was committed yet. */
  readonly headCommit: string | null;
}

export interface Root {
  readonly path: string;
  /** Null: a folder without git, or nested in another root. */
  readonly repository: Repository | null;
}

/**
 * The tree that `cwd` lies in. A folder that its repository ignores is a tree of its own.
 * @throws MuxwardError `failed` where the folder is gone, `refused` where it is too much to be saved.
 */
export async function findRoot(cwd: string, home: string): Promise<Root> {
  if (!fs.statSync(cwd, { throwIfNoEntry: false })?.isDirectory()) {
    throw new MuxwardError('failed', `the folder ${cwd} is gone`, { hint: 'a rollback makes it again, and fills it' });
  }
  const repository = await findRepository(cwd);
  if (repository !== null) return repository;
  const folder = fs.realpathSync(cwd);
  refuseWhatIsTooMuch(folder, home);
  return { path: folder, repository: null };
}

async function findRepository(cwd: string): Promise<Root | null> {
  const asked = ['rev-parse', '--path-format=absolute', '--show-toplevel', '--git-dir', '--git-common-dir', '--show-object-format', 'HEAD'];
  const { status, stdout, stderr } = await git(cwd, asked);
  const [toplevel = '', gitDir = '', commonDir = '', objectFormat = 'sha1', head = ''] = stdout.toString().split('\n');
  const isUnborn = head === 'HEAD';
  if (status !== 0 && !isUnborn) {
    // Its own words of an owner that is not trusted, or of a damaged repository, are better than a copy of everything.
    if (/not a git repository|must be run in a work tree/.test(stderr)) return null;
    throw new MuxwardError('failed', `the repository of ${cwd} cannot be read: ${stderr.trim().split('\n')[0] ?? ''}`, { hint: `look at: git -C ${cwd} status` });
  }
  const isIgnored = fs.realpathSync(cwd) !== toplevel && (await git(cwd, ['check-ignore', '-q', '.'])).status === 0;
  return isIgnored ? null : { path: toplevel, repository: { gitDir, commonDir, objectFormat, headCommit: isUnborn ? null : head } };
}

function refuseWhatIsTooMuch(folder: string, home: string): void {
  const tooMuch = [os.homedir(), process.env['HOME'] ?? '/', fs.realpathSync(home)];
  if (!tooMuch.some((one) => one === folder || one.startsWith(folder === '/' ? '/' : `${folder}/`))) return;
  throw new MuxwardError('refused', `${folder} is too much for a checkpoint: your home or muxward's own lies in it`, {
    hint: 'give the agent a folder of its own (--cwd), or run git init there: then only what git does not ignore is saved',
  });
}

const UNDER_WAY: readonly (readonly [file: string, what: string])[] = [
  ['rebase-merge', 'rebase'],
  ['rebase-apply', 'rebase'],
  ['MERGE_HEAD', 'merge'],
  ['CHERRY_PICK_HEAD', 'cherry-pick'],
  ['REVERT_HEAD', 'revert'],
  ['BISECT_LOG', 'bisect'],
];

/** Branch, commit and what is under way in the repository, as they were when it was found. */
export function readHead({ repository }: Root): { branch: string | null; commit: string | null; underWay: string | null } | null {
  if (repository === null) return null;
  const { gitDir, headCommit } = repository;
  const head = fs.readFileSync(path.join(gitDir, 'HEAD'), 'utf8').trim();
  return {
    branch: /^ref: refs\/heads\/(.+)$/.exec(head)?.[1] ?? null,
    commit: headCommit,
    underWay: UNDER_WAY.find(([file]) => fs.existsSync(path.join(gitDir, file)))?.[1] ?? null,
  };
}
