// Runs once before the tests on the real Claude Code: has its program installed, or says loudly why they are skipped.
import { installClaude } from './install-claude.ts';

export default async function setup(): Promise<void> {
  try {
    process.env['MUXWARD_TEST_CLAUDE'] = await installClaude();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    console.error(`\n⚠ THE TESTS ON THE REAL CLAUDE CODE ARE SKIPPED: it cannot be installed here\n  ${reason}\n`);
  }
}
