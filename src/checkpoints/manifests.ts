/**
 * The folders of checkpoints, `<checkpoints>/<agent>/<id>/`. What is under way or on its way out is written down too,
 * so that whatever a killed process leaves can be finished: `intent.json` before refs are made, `removed.json` (which
 * the manifest becomes) before they are deleted.
 */
import fs from 'node:fs';
import path from 'node:path';
import { makePrivateFolder } from '../config/private-folder.ts';
import type { Checkpoint } from '../core/checkpoint.ts';
import { MuxwardError } from '../core/errors.ts';
import { NAME_PATTERN } from '../core/names.ts';
import { writePrivateFile } from '../system/secure-files.ts';
import { hashOf } from './pieces.ts';

/** The refs of one store. */
export interface HeldRefs {
  readonly storeDir: string;
  readonly refs: readonly string[];
}

/** What a killed process left of a checkpoint that is not there. */
export interface Leftover {
  readonly agent: string;
  readonly id: string;
  readonly held: readonly HeldRefs[];
}

const ID_PATTERN = /^cp_[a-z0-9]+$/;

export class Manifests {
  readonly folder: string;
  /** Manifests do not change: one is read again only where its file did. */
  readonly #read = new Map<string, { readonly signature: string; readonly checkpoint: Checkpoint | null }>();

  constructor(folder: string) {
    this.folder = folder;
  }

  agentFolder(agent: string): string {
    return path.join(this.folder, agent);
  }

  /** Agents that have checkpoints, also ones that are gone. */
  agents(): string[] {
    return namesIn(this.folder).filter((name) => NAME_PATTERN.test(name));
  }

  /** Newest first. `damaged` are the ids of manifests that cannot be believed. */
  list(agent: string): { readonly checkpoints: readonly Checkpoint[]; readonly damaged: readonly string[] } {
    const checkpoints: Checkpoint[] = [];
    const damaged: string[] = [];
    for (const id of this.#ids(agent)) {
      const file = this.#file(agent, id);
      if (!fs.existsSync(file)) continue;
      const checkpoint = this.#load(file);
      if (checkpoint === null) damaged.push(id);
      else checkpoints.push(checkpoint);
    }
    const order = (one: Checkpoint): string => `${one.at} ${one.id}`;
    return { checkpoints: checkpoints.toSorted((a, b) => (order(a) < order(b) ? 1 : -1)), damaged };
  }

  /** @throws MuxwardError `not-found`, or `refused` where its manifest is damaged. */
  get(id: string): Checkpoint {
    const agent = ID_PATTERN.test(id) ? this.agents().find((name) => fs.existsSync(this.#file(name, id))) : undefined;
    if (agent === undefined) throw new MuxwardError('not-found', `there is no checkpoint "${id.slice(0, 80)}"`, { hint: 'muxward checkpoint list shows them all' });
    const checkpoint = this.#load(this.#file(agent, id));
    if (checkpoint !== null) return checkpoint;
    throw new MuxwardError('refused', `the manifest of ${id} is damaged`, { hint: `muxward checkpoint list ${agent}` });
  }

  /** Says which refs are about to be made. @throws MuxwardError `storage` */
  begin(agent: string, id: string, held: readonly HeldRefs[]): void {
    const folder = path.dirname(this.#file(agent, id));
    makePrivateFolder(folder);
    writePrivateFile(path.join(folder, 'intent.json'), JSON.stringify({ held }));
  }

  /** From now on it exists. @throws MuxwardError `storage` */
  finish(checkpoint: Checkpoint): void {
    const text = JSON.stringify(checkpoint);
    const file = this.#file(checkpoint.agent, checkpoint.id);
    writePrivateFile(file, `{"checksum":"${hashOf(text)}","checkpoint":${text}}\n`, { fsync: true });
    fs.rmSync(path.join(path.dirname(file), 'intent.json'), { force: true });
  }

  /** From now on it does not exist; its refs are still to be deleted, and then its folder by `forget`. */
  discard(checkpoint: Checkpoint): void {
    const file = this.#file(checkpoint.agent, checkpoint.id);
    fs.renameSync(file, path.join(path.dirname(file), 'removed.json'));
  }

  forget(agent: string, id: string): void {
    fs.rmSync(path.dirname(this.#file(agent, id)), { recursive: true, force: true });
  }

  leftovers(agent: string): Leftover[] {
    const without = this.#ids(agent).filter((id) => !fs.existsSync(this.#file(agent, id)));
    return without.map((id) => ({ agent, id, held: this.#heldBy(agent, id) }));
  }

  #heldBy(agent: string, id: string): HeldRefs[] {
    const folder = path.dirname(this.#file(agent, id));
    const removed = read(path.join(folder, 'removed.json')) as { checkpoint?: Checkpoint } | null;
    if (removed?.checkpoint) return heldRefs(removed.checkpoint);
    const intent = read(path.join(folder, 'intent.json')) as { held?: HeldRefs[] } | null;
    return intent?.held ?? [];
  }

  #load(file: string): Checkpoint | null {
    const stat = fs.statSync(file, { throwIfNoEntry: false });
    const signature = stat === undefined ? '' : `${stat.ino}-${stat.size}-${stat.mtimeMs}`;
    const known = this.#read.get(file);
    if (known?.signature === signature) return known.checkpoint;
    const checkpoint = believed(read(file));
    this.#read.set(file, { signature, checkpoint });
    return checkpoint;
  }

  #ids(agent: string): string[] {
    return namesIn(this.agentFolder(agent)).filter((name) => ID_PATTERN.test(name));
  }

  #file(agent: string, id: string): string {
    return path.join(this.folder, agent, id, 'manifest.json');
  }
}

/** The refs that a checkpoint has, by store. */
export function heldRefs({ roots }: Pick<Checkpoint, 'roots'>): HeldRefs[] {
  const stores = Map.groupBy(roots, ({ gitDir }) => gitDir);
  return [...stores].map(([storeDir, held]) => ({ storeDir, refs: held.map(({ ref }) => ref) }));
}

/** The manifest in a file's document, if it is what was written. */
export function believed(document: unknown): Checkpoint | null {
  const { checksum, checkpoint } = (document ?? {}) as { checksum?: unknown; checkpoint?: Checkpoint };
  return checkpoint !== undefined && hashOf(JSON.stringify(checkpoint)) === checksum && checkpoint.version === 1 ? checkpoint : null;
}

function read(file: string): unknown {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}

function namesIn(folder: string): string[] {
  try {
    return fs.readdirSync(folder);
  } catch {
    return [];
  }
}
