/** `heartbeat`: an agent says that it lives. Only a file is touched: it works without a daemon, too. */
import fs from 'node:fs';
import { heartbeatPath, runFolder } from '../../config/paths.ts';
import { EXIT, MuxwardError } from '../../core/errors.ts';
import { checkName } from '../../core/names.ts';
import { storageError } from '../../core/storage-error.ts';
import { defineCommand } from '../command.ts';

export const command = defineCommand({
  arguments: '[name]',
  notes: 'Inside an agent the name is its own. Without Node: touch "$MUXWARD_HEARTBEAT". How often it must come: spawn --heartbeat.',
  examples: [
    { run: 'muxward heartbeat', about: 'from inside an agent' },
    { run: 'muxward heartbeat crawler', about: 'on behalf of one' },
  ],
  async run({ context, args: [name = process.env['MUXWARD_AGENT']] }) {
    if (name === undefined || name === '') {
      throw new MuxwardError('usage', 'whose heartbeat?', { hint: 'name an agent; inside one, MUXWARD_AGENT does' });
    }
    checkName(name);
    if (!fs.existsSync(runFolder(context.paths, name))) {
      throw new MuxwardError('not-found', `no agent is called "${name}"`, { hint: 'muxward status shows all agents' });
    }
    const file = heartbeatPath(context.paths, name);
    const at = new Date();
    touch(file, at);
    if (context.json) context.out(`${JSON.stringify({ name, at: at.toISOString() })}\n`);
    return await Promise.resolve(EXIT.ok);
  },
});

function touch(file: string, at: Date): void {
  try {
    fs.closeSync(fs.openSync(file, 'a', 0o600));
    fs.utimesSync(file, at, at);
  } catch (error) {
    throw storageError('write', file, error);
  }
}
