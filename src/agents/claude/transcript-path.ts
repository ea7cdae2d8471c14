/** Where Claude Code 2.1 keeps a conversation. */
import fs from 'node:fs';
import path from 'node:path';
import type { AgentSpec } from '../../core/agent.ts';

type Placed = Pick<AgentSpec, 'env' | 'cwd'>;

/** Claude Code's own folder, of the agent's environment and not of the daemon's. */
export function configFolder({ env }: Pick<AgentSpec, 'env'>): string {
  return env['CLAUDE_CONFIG_DIR'] ?? path.join(env['HOME'] ?? '/', '.claude');
}

/** `projects/<folder>/<session>.jsonl`, where all but letters and digits of the folder became dashes. */
export function transcriptPath(spec: Placed, sessionId: string): string {
  return path.join(configFolder(spec), 'projects', spec.cwd.replaceAll(/[^A-Za-z0-9]/g, '-'), `${sessionId}.jsonl`);
}

/** The conversation's file, undefined where none was written yet. It is looked for by its id where the folder has another name (symbolic links). */
export function findTranscript(spec: Placed, sessionId: string): string | undefined {
  const usual = transcriptPath(spec, sessionId);
  if (fs.existsSync(usual)) return usual;
  const projects = path.join(configFolder(spec), 'projects');
  const folders = fs.existsSync(projects) ? fs.readdirSync(projects) : [];
  return folders.map((folder) => path.join(projects, folder, `${sessionId}.jsonl`)).find((file) => fs.existsSync(file));
}

/** Longer files hold more than names and modes. */
const MOST_PREAMBLE_BYTES = 65_536;

/**
 * True where Claude Code wrote a conversation's name and modes into its file, and was killed before the first entry (after
 * /clear it takes 0.2 s). It then refuses both to resume that id (`No conversation found`) and to begin it (`already in use`):
 * seen with 2.1.329, which wants one entry with a `uuid`. A file with anything else in it is for Claude Code to judge.
 */
export function isWithoutEntries(transcript: string): boolean {
  if (fs.statSync(transcript).size > MOST_PREAMBLE_BYTES) return false;
  const whole = fs.readFileSync(transcript, 'utf8').split('\n').slice(0, -1);
  return whole.every((line) => isPreamble(line));
}

function isPreamble(line: string): boolean {
  try {
    const entry: unknown = JSON.parse(line);
    return typeof entry === 'object' && entry !== null && !('uuid' in entry);
  } catch {
    return false;
  }
}

/** Where that conversation's subagents write, one file each. */
export function subagentFolder(transcript: string): string {
  return path.join(transcript.replace(/\.jsonl$/, ''), 'subagents');
}
