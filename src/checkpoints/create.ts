/** Makes a checkpoint: trees, refs, conversation, and last the manifest, without which nothing of it counts. */
import fs from 'node:fs';
import path from 'node:path';
import type { AgentSpec } from '../core/agent.ts';
import type { Checkpoint, CheckpointRoot, CheckpointTrigger, MessageCursor, TaskPosition } from '../core/checkpoint.ts';
import { MuxwardError } from '../core/errors.ts';
import { formatSize } from '../core/units.ts';
import { saveConversation, type Transcript } from './conversation.ts';
import { seal } from './environment.ts';
import { findRoot, type Root } from './find-root.ts';
import { inTurn } from './in-turn.ts';
import { heldRefs, Manifests } from './manifests.ts';
import { Pieces } from './pieces.ts';
import { openShadow } from './shadow.ts';
import { commitTrees, holdTrees, saveTrees, tidyTrees, type SavedTree, type TreePlaces } from './trees.ts';

export interface CheckpointLimits {
  readonly maxFileBytes: number;
  /** Of everything that is new in one checkpoint. */
  readonly maxBytes: number;
}

export interface CheckpointRequest {
  readonly id: string;
  readonly agent: string;
  readonly agentId: string;
  readonly type: string;
  readonly state: string;
  readonly isGood: boolean;
  readonly cwd: string;
  readonly umask: number;
  readonly message: string | null;
  readonly trigger: CheckpointTrigger;
  readonly ignored: boolean;
  readonly transcript: Transcript | null;
  readonly screen: string | null;
  /** The specification without environment values. */
  readonly definition: Omit<AgentSpec, 'env'>;
  readonly environment: AgentSpec['env'];
  readonly cursor: MessageCursor | null;
  readonly task: TaskPosition | null;
  /** Files that are saved though they are ignored; absolute. */
  readonly also?: readonly string[];
  /** Nothing is made where files and conversation are those of the newest one. */
  readonly onlyIfChanged?: boolean;
  /** What a reader should know. */
  readonly notes?: readonly string[];
}

export interface Vault {
  readonly places: TreePlaces;
  readonly manifests: Manifests;
  readonly limits: CheckpointLimits;
}

/** `folder` is `<home>/checkpoints`. */
export function openVault(folder: string, home: string, limits: CheckpointLimits): Vault {
  return { places: { shadows: path.join(folder, '.trees'), home }, manifests: new Manifests(folder), limits };
}

export function piecesOf({ manifests }: Vault, agent: string): Pieces {
  return new Pieces(path.join(manifests.agentFolder(agent), 'pieces'));
}

/**
 * Null only where `onlyIfChanged` was asked for and nothing has.
 * @throws MuxwardError, with nothing made that a later `sweepLeftovers` does not remove.
 */
export async function createCheckpoint(vault: Vault, request: CheckpointRequest): Promise<Checkpoint | null> {
  const root = await findRoot(request.cwd, vault.places.home);
  return inTurn(root.path, async () => {
    try {
      return await make(vault, request, root);
    } catch (error) {
      // Whoever deleted our refs and collected garbage took what the shadow relies on: it is made again from the files.
      if (!(error instanceof MuxwardError) || !/nonexistent object|bad object|invalid object|not a valid/i.test(error.message)) throw error;
      const { folder, index } = openShadow(vault.places.shadows, root, vault.places.home);
      for (const file of [index, path.join(folder, 'state.json'), path.join(folder, 'commit.json')]) fs.rmSync(file, { force: true });
      return make(vault, request, root);
    }
  });
}

async function make(vault: Vault, request: CheckpointRequest, root: Root): Promise<Checkpoint | null> {
  const { manifests, limits, places } = vault;
  const at = new Date();
  const { trees, skipped } = await saveTrees(places, root, { ...limits, ignored: request.ignored, umask: request.umask, also: request.also ?? [] });
  try {
    const roots = await commitTrees(trees, request.agent, request.id, at, request.umask);
    const texts = await saveTexts(vault, request);
    if (request.onlyIfChanged && isAsTheNewest(manifests, request.agent, roots, texts.saved.conversation)) return null;
    manifests.begin(request.agent, request.id, heldRefs({ roots }));
    await holdTrees(trees, roots, request.umask);
    const all = roots.map((one, i) => (i === 0 ? { ...one, skipped: [...one.skipped, ...skipped] } : one));
    const checkpoint: Checkpoint = {
      ...named(request),
      at: at.toISOString(),
      roots: all,
      ...texts.saved,
      bytes: texts.written + roots.reduce((sum, { bytes }) => sum + bytes, 0),
      notes: [...(request.notes ?? []), ...notesOn(trees), ...all.flatMap((one) => one.skipped.map(tellSkipped))],
    };
    manifests.finish(checkpoint);
    return checkpoint;
  } finally {
    tidyTrees(trees);
  }
}

function isAsTheNewest(manifests: Manifests, agent: string, roots: readonly CheckpointRoot[], conversation: Checkpoint['conversation']): boolean {
  const [newest] = manifests.list(agent).checkpoints;
  if (newest === undefined) return false;
  const treesOf = (all: readonly CheckpointRoot[]): string => all.map(({ path: folder, tree }) => `${folder} ${tree}`).join('\n');
  return treesOf(newest.roots) === treesOf(roots) && newest.conversation?.hash === conversation?.hash;
}

type Named = Pick<Checkpoint, 'version' | 'id' | 'agent' | 'agentId' | 'type' | 'message' | 'trigger' | 'isGood' | 'state' | 'cwd' | 'environmentNames' | 'cursor' | 'task'>;

function named({ id, agent, agentId, type, message, trigger, isGood, state, cwd, environment, cursor, task }: CheckpointRequest): Named {
  return { version: 1, id, agent, agentId, type, message, trigger, isGood, state, cwd, environmentNames: Object.keys(environment).sort(), cursor, task };
}

async function saveTexts(vault: Vault, request: CheckpointRequest) {
  const pieces = piecesOf(vault, request.agent);
  const conversation = request.transcript === null ? null : await saveConversation(pieces, request.transcript);
  const definition = await pieces.put(Buffer.from(JSON.stringify(request.definition)));
  const environment = Object.keys(request.environment).length === 0 ? null : await pieces.put(seal(vault.manifests.folder, request.environment));
  const screen = request.screen === null ? null : await pieces.put(Buffer.from(request.screen));
  return {
    saved: { conversation: conversation?.saved ?? null, definition: definition.piece, ...(environment && { environment: environment.piece }), screen: screen?.piece ?? null },
    written: (conversation?.written ?? 0) + definition.written + (environment?.written ?? 0) + (screen?.written ?? 0),
  };
}

function notesOn(trees: readonly SavedTree[]): string[] {
  const unquiet = trees.filter(({ snapshot }) => snapshot.tries > 1);
  return unquiet.map(({ shadow }) => `files in ${shadow.root.path} changed while they were read: it was tried again`);
}

function tellSkipped({ path: file, why, bytes }: Checkpoint['roots'][number]['skipped'][number]): string {
  switch (why) {
    case 'too-large':
      return `not saved: ${file} (${formatSize(bytes ?? 0)} is above checkpoint.max_file)`;
    case 'unreadable':
      return `not saved: ${file} (it cannot be read)`;
    case 'nested-too-deep':
      return `not saved: ${file} (a repository nested too deep)`;
  }
}
