// Fetches a version of Claude Code into a cache folder outside the clone, once: that which muxward is tried with, or another
// one that MUXWARD_TEST_CLAUDE names.
import { execFile } from 'node:child_process';
import { accessSync, constants, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { TRIED_CLAUDE } from '../../../src/core/tried-claude.ts';

const CLAUDE_VERSION = process.env['MUXWARD_TEST_CLAUDE'] ?? TRIED_CLAUDE;

const PACKAGE = `@anthropic-ai/claude-code@${CLAUDE_VERSION}`;
const NPM = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock', '--loglevel=error', PACKAGE];

/** The path of the native program. Throws with the reason where it cannot be had. */
export async function installClaude(): Promise<string> {
  const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'muxward-test');
  const folder = join(cache, `claude-${CLAUDE_VERSION}`);
  const program = join(folder, 'node_modules/@anthropic-ai', `claude-code-${process.platform}-${process.arch}`, 'claude');
  if (!isThere(program)) {
    mkdirSync(cache, { recursive: true });
    await fetchInto(cache, folder);
  }
  if (!isThere(program)) throw new Error(`${PACKAGE} brings no program for ${process.platform} on ${process.arch}`);
  const { stdout } = await promisify(execFile)(program, ['--version']);
  if (!stdout.startsWith(CLAUDE_VERSION)) throw new Error(`${program} says it is ${stdout.trim()}`);
  return program;
}

function isThere(program: string): boolean {
  try {
    accessSync(program, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Installs beside the target and renames, so that two runs at once do no harm: the later one finds it there. */
async function fetchInto(cache: string, folder: string): Promise<void> {
  const unpacked = mkdtempSync(join(cache, 'unpack-'));
  try {
    writeFileSync(join(unpacked, 'package.json'), '{"private":true}');
    console.log(`fetching ${PACKAGE} into ${folder}`);
    // In that folder, not with `npm --prefix`, which loses the user's npm settings.
    await promisify(execFile)('npm', NPM, { cwd: unpacked, timeout: 300_000 });
    renameSync(unpacked, folder);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOTEMPTY')) throw error;
  } finally {
    rmSync(unpacked, { recursive: true, force: true });
  }
}
