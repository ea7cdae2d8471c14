/** Where templates of terminals lie: the user's own in their home, and those that came with this installation. */
import { readdirSync } from 'node:fs';
import path from 'node:path';

/** The first that has a name decides what it means. */
export function terminalFolders(home: string, installation: string): readonly string[] {
  return [ownTerminals(home), path.join(installation, 'templates/terminals')];
}

/** Beside config.yaml. */
export function ownTerminals(home: string): string {
  return path.join(home, 'terminals');
}

/** Names of the templates in these folders, in order; a folder that is not there has none. */
export function terminalNames(folders: readonly string[]): string[] {
  return [...new Set(folders.flatMap(templatesIn))].sort();
}

function templatesIn(folder: string): string[] {
  try {
    return readdirSync(folder).flatMap((file) => (/^[a-z0-9-]+\.yaml$/.test(file) ? [file.slice(0, -'.yaml'.length)] : []));
  } catch {
    return [];
  }
}
