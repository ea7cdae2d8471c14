/** Entry of muxwardd: takes the home's lock, or leaves it to the daemon that has it; then everything is daemon.ts. */
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { defaultHome } from '../config/paths.ts';
import { MuxwardError } from '../core/errors.ts';
import { openStore } from '../store/open-store.ts';
import { makeHome, startDaemon } from './daemon.ts';
import { makeLog } from './log.ts';

const log = makeLog((line) => void fs.writeSync(1, line));

async function main(): Promise<void> {
  process.umask(0o077);
  const { values } = parseArgs({ options: { home: { type: 'string' } } });
  const home = path.resolve(values.home ?? defaultHome(process.env));
  const paths = makeHome(home);
  const opened = openStore(paths.database);
  switch (opened.outcome) {
    case 'busy':
      log.info(`another daemon serves ${home}`);
      return;
    case 'newer-schema':
      throw new MuxwardError('storage', `the state in ${paths.database} is of a newer muxward (schema ${opened.found}, this one knows ${opened.known})`, {
        hint: 'use that newer muxward; nothing was changed',
      });
    case 'set-aside':
      log.info(`the state was damaged and is set aside as ${opened.damaged}; it is made again from the run folder`);
      break;
    case 'opened':
      break;
  }
  // Of our own Node: nothing that is started from here is to have it.
  delete process.env['NODE_COMPILE_CACHE'];
  const env = Object.fromEntries(Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined));
  const installation = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
  await startDaemon({ home, installation, store: opened.store, log, env, onEnd: () => process.exit(0) });
}

process.on('uncaughtException', (error) => {
  log.error('a bug; the daemon ends, agents go on', error);
  process.exit(70);
});

main().catch((error: unknown) => {
  log.error('cannot start', error);
  process.exit(error instanceof MuxwardError ? error.exitCode : 70);
});
