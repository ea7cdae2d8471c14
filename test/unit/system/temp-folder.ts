/** A private folder for one test file, under MUXWARD_TEST_ROOT, gone afterwards. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll } from 'vitest';

/** Makes the folder and sees to its removal. */
export function temporaryFolder(name: string): string {
  const root = process.env['MUXWARD_TEST_ROOT'] ?? os.tmpdir();
  mkdirSync(root, { recursive: true });
  const folder = mkdtempSync(path.join(root, `muxward-${name}-`));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
