/** The name of a project that does not say its own: its folder's, as in Docker Compose. */
import path from 'node:path';

export function defaultProjectName(folder: string): string {
  const name = path
    .basename(folder)
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[^A-Za-z0-9_-]+/g, '-')
    .replaceAll(/^[^A-Za-z0-9]+|-+$/g, '')
    .slice(0, 63);
  return name === '' ? 'default' : name;
}
