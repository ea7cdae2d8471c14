/** `__names`: one name a line, for shell completion; quick, silent, and without a daemon too. */
import fs from 'node:fs';
import { defineCommand } from '../command.ts';
import { EXIT } from '../../core/errors.ts';
import { NAME_PATTERN } from '../../core/names.ts';
import type { Context } from '../context.ts';

const PATIENCE_MS = 500;

export const command = defineCommand({
  examples: [
    { run: 'muxward __names', about: 'all names' },
    { run: 'muxward __names | head', about: 'some of them' },
  ],
  async run({ context }) {
    const names = await namesFromDaemon(context).catch(() => namesFromFolder(context.paths.run));
    context.out(names.map((name) => `${name}\n`).join(''));
    return EXIT.ok;
  },
});

async function namesFromDaemon({ runningDaemon }: Context): Promise<string[]> {
  const { agents } = await runningDaemon.call('GET /api/agents', {}, { signal: AbortSignal.timeout(PATIENCE_MS) });
  return agents.map(({ name }) => name);
}

function namesFromFolder(run: string): string[] {
  try {
    const entries = fs.readdirSync(run, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory() && NAME_PATTERN.test(entry.name)).map(({ name }) => name);
  } catch {
    return [];
  }
}
