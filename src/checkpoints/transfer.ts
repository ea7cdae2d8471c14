/**
 * A checkpoint as one file for another machine: a git bundle with a ref for each tree and one for manifest and pieces.
 * Nothing in it names a path to write to: pieces go by their hash, files through git's own checks.
 */
import fs from 'node:fs';
import path from 'node:path';
import type { Checkpoint } from '../core/checkpoint.ts';
import { makePrivateFolder } from '../config/private-folder.ts';
import { MuxwardError } from '../core/errors.ts';
import { gitDo } from '../system/git.ts';
import { piecesOf, type Vault } from './create.ts';
import { findRoot } from './find-root.ts';
import { believed, heldRefs } from './manifests.ts';
import { hashOf } from './pieces.ts';
import { hashesOf } from './prune.ts';
import { commitTree, refOf } from './refs.ts';
import { openShadow } from './shadow.ts';
import { verifyCheckpoint } from './verify.ts';

const MANIFEST_REF = 'refs/export/manifest';
const HASH = /^[0-9a-f]{64}$/;

/** Writes `file`, which must not be there yet. @throws MuxwardError */
export async function exportCheckpoint(vault: Vault, checkpoint: Checkpoint, file: string): Promise<{ readonly bytes: number }> {
  if (fs.existsSync(file)) throw new MuxwardError('usage', `${file} is there already`, { hint: 'name another file' });
  return withScratch(vault, formatOf(checkpoint.roots[0]?.commit), async (scratch) => {
    const refs: string[] = [];
    for (const [i, { gitDir, commit }] of checkpoint.roots.entries()) {
      await gitDo(scratch, ['fetch', '-q', '--no-tags', gitDir, `+${checkpoint.roots[i]?.ref ?? commit}:refs/export/root-${i}`], 'collect the files');
      refs.push(`refs/export/root-${i}`);
    }
    await gitDo(scratch, ['update-ref', MANIFEST_REF, await commitTexts(vault, checkpoint, scratch)], 'collect the manifest');
    await gitDo(scratch, ['bundle', 'create', '-q', file, MANIFEST_REF, ...refs], `write ${file}`, { umask: 0o077 });
    return { bytes: fs.statSync(file).size };
  });
}

async function commitTexts(vault: Vault, checkpoint: Checkpoint, scratch: string): Promise<string> {
  const pieces = piecesOf(vault, checkpoint.agent);
  const all = [checkpoint.definition, ...(checkpoint.screen === null ? [] : [checkpoint.screen]), ...(checkpoint.conversation?.pieces ?? [])];
  const entries = new Map<string, string>();
  for (const piece of all) entries.set(piece.hash, await writeBlob(scratch, await pieces.get(piece)));
  const text = JSON.stringify(checkpoint);
  const manifest = await writeBlob(scratch, Buffer.from(`{"checksum":"${hashOf(text)}","checkpoint":${text}}`));
  const lines = [...entries].map(([hash, blob]) => `100644 blob ${blob}\t${hash}\n`);
  const tree = await gitDo(scratch, ['mktree'], 'collect the manifest', { input: `${lines.join('')}100644 blob ${manifest}\tmanifest.json\n` });
  return commitTree(scratch, tree.toString().trim(), new Date(checkpoint.at), 0o077);
}

async function writeBlob(scratch: string, content: Buffer): Promise<string> {
  return (await gitDo(scratch, ['hash-object', '-w', '--stdin'], 'collect the pieces', { input: content })).toString().trim();
}

export interface ImportRequest {
  readonly file: string;
  readonly id: string;
  readonly agent: string;
  readonly agentId: string;
  readonly cwd: string;
  readonly umask: number;
}

/** Makes the checkpoint in the file one of this agent's. All of it is checked before it counts. @throws MuxwardError */
export async function importCheckpoint(vault: Vault, { file, id, agent, agentId, cwd, umask }: ImportRequest): Promise<Checkpoint> {
  const root = await findRoot(cwd, vault.places.home);
  return withScratch(vault, root.repository?.objectFormat ?? 'sha1', async (scratch) => {
    await gitDo(scratch, ['-c', 'transfer.fsckObjects=true', 'fetch', '-q', '--no-tags', file, '+refs/export/*:refs/export/*'], `read ${file}`);
    const foreign = believed(parse(await gitDo(scratch, ['cat-file', 'blob', `${MANIFEST_REF}:manifest.json`], `read ${file}`)));
    if (foreign === null) throw new MuxwardError('refused', `${file} holds no checkpoint that can be believed`, { hint: 'was it made by muxward checkpoint export, and copied whole?' });
    const roots = foreign.roots.map((one, i) => {
      const folder = path.join(root.path, insideOf(foreign, one.path));
      const shadow = openShadow(vault.places.shadows, i === 0 ? root : { path: folder, repository: null }, vault.places.home);
      return { ...one, path: folder, kind: shadow.root.repository === null ? ('folder' as const) : ('repository' as const), gitDir: shadow.storeDir, ref: i === 0 ? refOf(agent, id) : `${refOf(agent, id)}-${i}` };
    });
    const conversation = foreign.conversation === null ? null : { ...foreign.conversation };
    // Their key does not travel, nor do messages and tasks.
    const { environment: _values, ...known } = foreign;
    const checkpoint: Checkpoint = { ...known, id, agent, agentId, roots, conversation, cwd, cursor: null, task: null, trigger: 'import', notes: [...foreign.notes, `imported; it was ${foreign.id} of ${foreign.agent}`] };
    vault.manifests.begin(agent, id, heldRefs(checkpoint));
    await takePieces(vault, checkpoint, scratch);
    for (const [i, { gitDir, ref }] of roots.entries()) {
      await gitDo(gitDir, ['fetch', '-q', '--no-tags', '--no-write-fetch-head', scratch, `refs/export/root-${i}:${ref}`], 'take the files', { env: { GIT_DIR: gitDir }, umask });
    }
    const faults = await verifyCheckpoint(vault, checkpoint);
    if (faults.length > 0) throw new MuxwardError('refused', `${file} is damaged: ${faults[0]}`, { hint: 'export it again where it came from, and copy it in binary mode' });
    vault.manifests.finish(checkpoint);
    return checkpoint;
  });
}

/** Where a nested tree was below the main one; a path that leads out of it is refused. */
function insideOf({ roots }: Checkpoint, folder: string): string {
  const inside = path.relative(roots[0]?.path ?? '/', folder);
  if (!inside.startsWith('..') && !path.isAbsolute(inside)) return inside;
  throw new MuxwardError('refused', `the checkpoint wants to write to ${folder}, outside of its own folder`, { hint: 'muxward did not write it so: do not import it' });
}

async function takePieces(vault: Vault, checkpoint: Checkpoint, scratch: string): Promise<void> {
  const pieces = piecesOf(vault, checkpoint.agent);
  for (const hash of hashesOf(checkpoint)) {
    if (!HASH.test(hash)) throw new MuxwardError('refused', 'the checkpoint names a piece that is none', { hint: 'muxward did not write it so: do not import it' });
    await pieces.put(await gitDo(scratch, ['cat-file', 'blob', `${MANIFEST_REF}:${hash}`], 'take the pieces'));
  }
}

function parse(text: Buffer): unknown {
  try {
    return JSON.parse(text.toString());
  } catch {
    return null;
  }
}

function formatOf(commit: string | undefined): string {
  return commit?.length === 64 ? 'sha256' : 'sha1';
}

/** A repository for the time of one transfer. */
async function withScratch<T>({ places }: Vault, format: string, work: (scratch: string) => Promise<T>): Promise<T> {
  makePrivateFolder(places.shadows);
  const scratch = fs.mkdtempSync(path.join(places.shadows, '.transfer-'));
  try {
    await gitDo(scratch, ['init', '-q', '--bare', `--object-format=${format}`], 'prepare the transfer');
    return await work(scratch);
  } finally {
    fs.rmSync(scratch, { recursive: true, force: true });
  }
}
