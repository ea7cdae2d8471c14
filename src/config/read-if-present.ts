/** Reads a file that need not be there. */
import { readFile } from 'node:fs/promises';
import { MuxwardError } from '../core/errors.ts';

/** The text of a configuration file, or undefined where there is none. */
export async function readIfPresent(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    throw new MuxwardError('invalid-config', `${path} cannot be read (${code ?? 'unknown error'})`, {
      hint: code === 'EISDIR' ? 'it is a folder: name a file' : 'look at its permissions: ls -l',
      cause,
    });
  }
}
