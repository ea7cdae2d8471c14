/**
 * Claims: paths in a folder that one of several agents in it says are its own. What a pattern covers, which two
 * overlap, and what is known of who broke one. Pure.
 */
import type { Activity } from './activity.ts';
import { MuxwardError } from './errors.ts';
import { printable } from './names.ts';

/** A file under a claim that somebody else changed. */
export interface BrokenClaim {
  /** From the folder of the claimant. */
  readonly path: string;
  /** The agent that changed it; null where that cannot be known: it may have been you. */
  readonly by: string | null;
  /** ISO 8601. */
  readonly at: string;
}

export interface Claim {
  readonly agent: string;
  /** Where the patterns start; absolute, symbolic links resolved. */
  readonly folder: string;
  readonly patterns: readonly string[];
  /** Running agents that work in that folder too, or in one above or below it. */
  readonly sharedWith: readonly string[];
  /** `events`: changes are seen. `none`: nobody shares the folder now, or it cannot be watched. */
  readonly watched: 'events' | 'none';
  /** The latest, newest first; of this daemon's time. */
  readonly broken: readonly BrokenClaim[];
}

export interface ClaimRequest {
  readonly patterns: readonly string[];
  /** Takes these away instead; all where there are none. */
  readonly drop: boolean;
}

/** As it is kept: `./src/api/` is `src/api`. @throws MuxwardError `usage` for one that leads out of the folder. */
export function parsePattern(written: string): string {
  const parts = written.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.length > 0 && !written.startsWith('/') && !parts.includes('..') && !written.includes('\0')) return parts.join('/');
  throw new MuxwardError('usage', `"${printable(written)}" is no pattern of paths in the agent's folder`, {
    hint: "relative to that folder and without .., for example 'src/api/**' or package.json",
  });
}

const ONE = Symbol('?');
const MANY = Symbol('*');

/** A character that stands for itself, or a wildcard. */
type Mark = string | typeof ONE | typeof MANY;

/** One segment of a path, or (`MANY`) any number of them. */
type Segment = readonly Mark[] | typeof MANY;

/** What a pattern covers; where it ends in a plain name, also all below that. Only `*`, `?` and `**` are special. */
function coverOf(pattern: string, folder: string): Segment[] {
  const parts = pattern.split('/');
  const segments = parts.map((part): Segment => (part === '**' ? MANY : Array.from(part, markOf)));
  return [...literal(folder), ...segments, ...(/[*?]/.test(parts.at(-1) ?? '') ? [] : [MANY] as const)];
}

function literal(file: string): Segment[] {
  return file.split('/').filter((part) => part !== '').map((part) => Array.from(part));
}

function markOf(char: string): Mark {
  return char === '*' ? MANY : char === '?' ? ONE : char;
}

/** Whether something is meant by both, where `MANY` stands for any number of elements. */
function meet<T>(one: readonly (T | typeof MANY)[], other: readonly (T | typeof MANY)[], fit: (a: T, b: T) => boolean): boolean {
  // Row i, column j: whether what is left of both from there on meets.
  let below: boolean[] = [];
  for (let i = one.length; i >= 0; i -= 1) {
    const row: boolean[] = [];
    for (let j = other.length; j >= 0; j -= 1) {
      const [a, b] = [one[i], other[j]];
      const step = i < one.length && j < other.length && a !== MANY && b !== MANY && fit(a as T, b as T) && below[j + 1] === true;
      const ended = i === one.length && j === other.length;
      row[j] = ended || step || (a === MANY && (below[j] === true || (j < other.length && row[j + 1] === true))) || (b === MANY && (row[j + 1] === true || (i < one.length && below[j] === true)));
    }
    below = row;
  }
  return below[0] === true;
}

function segmentsMeet(one: readonly Mark[], other: readonly Mark[]): boolean {
  return meet<string | typeof ONE>(one, other, (a, b) => a === ONE || b === ONE || a === b);
}

function pathsMeet(one: readonly Segment[], other: readonly Segment[]): boolean {
  return meet<readonly Mark[]>(one, other, segmentsMeet);
}

/** @param file absolute, as `folder` is */
export function covers(folder: string, pattern: string, file: string): boolean {
  return pathsMeet(coverOf(pattern, folder), literal(file));
}

export interface Claimant {
  readonly agent: string;
  /** Absolute, symbolic links resolved. */
  readonly folder: string;
  readonly patterns: readonly string[];
}

/** The first two patterns that some path could fit both. */
export function overlapOf(one: Claimant, other: Claimant): { readonly own: string; readonly theirs: string } | null {
  for (const own of one.patterns) {
    for (const theirs of other.patterns) if (pathsMeet(coverOf(own, one.folder), coverOf(theirs, other.folder))) return { own, theirs };
  }
  return null;
}

/** Refuses what another claims already. @throws MuxwardError `conflict` that says who has it. */
export function checkClaims(wanted: Claimant, others: readonly Claimant[]): void {
  for (const other of others) {
    const overlap = other.agent === wanted.agent ? null : overlapOf(wanted, other);
    if (overlap === null) continue;
    const theirs = `${printable(overlap.theirs)}${other.folder === wanted.folder ? '' : ` in ${printable(other.folder)}`}`;
    throw new MuxwardError('conflict', `${wanted.agent} cannot claim ${printable(overlap.own)}: ${other.agent} claims ${theirs}`, {
      hint: `claim less, or take it from ${other.agent}: muxward claim ${other.agent} --drop '${printable(overlap.theirs)}'`,
    });
  }
}

/** Both work in one folder, or one works in a folder of the other's. */
export function isShared(one: string, other: string): boolean {
  return one === other || one.startsWith(`${other}/`) || other.startsWith(`${one}/`) || one === '/' || other === '/';
}

/** What is known of an agent at a moment. `rests`: it writes nothing. */
export type Doing = 'works' | 'rests' | 'unknown';

/** Hooks and changes of files come by different ways: what it did right before it came to rest is not known. */
export const JUST_MS = 2000;

export function doingOf({ isPaused, isRunning, activity }: { readonly isPaused: boolean; readonly isRunning: boolean; readonly activity: Activity }, nowMs: number): Doing {
  if (isPaused) return 'rests';
  if (!isRunning || activity.status === 'unknown') return 'unknown';
  if (activity.status === 'working') return 'works';
  return activity.at !== null && nowMs - Date.parse(activity.at) < JUST_MS ? 'unknown' : 'rests';
}

/** Of two moments, between which a file changed. */
export function doingWithin(one: Doing, other: Doing): Doing {
  if (one === 'works' || other === 'works') return 'works';
  return one === 'rests' && other === 'rests' ? 'rests' : 'unknown';
}

/**
 * Who broke a claim. Undefined: nobody, as far as is known, since the claimant may have written it itself. An agent is
 * named only where it alone worked and all others rested.
 */
export function breakerOf(claimant: Doing, others: ReadonlyMap<string, Doing>): string | null | undefined {
  if (claimant !== 'rests') return undefined;
  const awake = [...others].filter(([, doing]) => doing !== 'rests');
  const [only] = awake;
  return awake.length === 1 && only?.[1] === 'works' ? only[0] : null;
}
