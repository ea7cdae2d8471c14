/** Takes checkpoints away: which ones is a pure choice, and whatever a killed process left half done is finished. */
import fs from 'node:fs';
import path from 'node:path';
import type { Checkpoint, Retention } from '../core/checkpoint.ts';
import { git } from '../system/git.ts';
import { piecesOf, type Vault } from './create.ts';
import { inTurn } from './in-turn.ts';
import { heldRefs, type HeldRefs } from './manifests.ts';
import { changeRefs } from './refs.ts';
import { sweepWork } from './shadow.ts';

/** Objects that no ref holds are deleted once they are this old: nobody may be about to use them. */
const PRUNE_EXPIRE = '1.hour.ago';
const WORK_KEPT_MS = 3_600_000;

/**
 * The ones beyond what is to be kept, of a list that has the newest first. The newest of all and the newest good one
 * are always kept: there is something to go back to.
 */
export function chooseToPrune(newestFirst: readonly Checkpoint[], { keep, maxAgeMs, maxBytes }: Retention, nowMs: number): Checkpoint[] {
  const lastGood = newestFirst.find(({ isGood }) => isGood);
  let bytes = 0;
  return newestFirst.filter((checkpoint, i) => {
    bytes += checkpoint.bytes;
    if (i === 0 || checkpoint === lastGood) return false;
    return i >= keep || nowMs - Date.parse(checkpoint.at) > maxAgeMs || bytes > maxBytes;
  });
}

/** Removes these checkpoints of one agent. A kill at any moment leaves each of them whole, or gone for `sweepLeftovers`. */
export async function removeCheckpoints(vault: Vault, agent: string, checkpoints: readonly Checkpoint[]): Promise<{ readonly freedBytes: number }> {
  for (const checkpoint of checkpoints) {
    vault.manifests.discard(checkpoint);
    await dropRefs(heldRefs(checkpoint));
    vault.manifests.forget(agent, checkpoint.id);
  }
  return { freedBytes: await collect(vault, agent, checkpoints) };
}

/** Finishes what a killed process began: refs without a manifest, folders on their way out. */
export async function sweepLeftovers(vault: Vault, agent: string): Promise<number> {
  const leftovers = vault.manifests.leftovers(agent);
  for (const { id, held } of leftovers) {
    await dropRefs(held);
    vault.manifests.forget(agent, id);
  }
  return leftovers.length;
}

/** A repository that is gone took its refs along. */
async function dropRefs(held: readonly HeldRefs[]): Promise<void> {
  for (const { storeDir, refs } of held) {
    if (!fs.existsSync(storeDir)) continue;
    await changeRefs(storeDir, new Map(refs.map((ref) => [ref, null])));
  }
}

/** Space that is ours alone: pieces of texts, and objects in repositories of our own. The user's are his own gc's. */
async function collect(vault: Vault, agent: string, removed: readonly Checkpoint[]): Promise<number> {
  const { checkpoints } = vault.manifests.list(agent);
  const freed = piecesOf(vault, agent).sweep(new Set(checkpoints.flatMap(hashesOf)));
  const own = new Set(removed.flatMap(({ roots }) => roots.flatMap(({ kind, gitDir }) => (kind === 'folder' ? [gitDir] : []))));
  for (const storeDir of own) await collectStore(vault, storeDir);
  return freed;
}

async function collectStore(vault: Vault, storeDir: string): Promise<void> {
  const isOurs = path.dirname(storeDir) === vault.places.shadows;
  if (!isOurs || !fs.existsSync(storeDir)) return;
  const tree = fs.readFileSync(path.join(storeDir, 'tree'), 'utf8').trim();
  await inTurn(tree, () => git(storeDir, ['gc', '--quiet', `--prune=${PRUNE_EXPIRE}`], { env: { GIT_DIR: storeDir } }));
}

/** Files of killed processes in all shadows, when none of this home works on them. */
export function sweepShadows({ places }: Vault): void {
  if (!fs.existsSync(places.shadows)) return;
  for (const name of fs.readdirSync(places.shadows)) {
    const folder = path.join(places.shadows, name);
    if (name.startsWith('.transfer-')) fs.rmSync(folder, { recursive: true, force: true });
    else if (fs.existsSync(path.join(folder, 'work'))) sweepWork({ folder }, WORK_KEPT_MS);
  }
}

/** All pieces of a checkpoint. */
export function hashesOf({ definition, environment, screen, conversation }: Checkpoint): string[] {
  return [definition, ...(environment ? [environment] : []), ...(screen === null ? [] : [screen]), ...(conversation?.pieces ?? [])].map(({ hash }) => hash);
}
