/** Roles: what an agent is told about its part, from `templates/roles/NAME.md`. */
import fs from 'node:fs';
import path from 'node:path';
import { MuxwardError } from '../core/errors.ts';
import { suggest } from '../core/names.ts';

/** @throws MuxwardError `usage` that lists the roles there are. */
export function loadRole(installation: string, name: string): string {
  const folder = path.join(installation, 'templates/roles');
  const known = fs.readdirSync(folder).flatMap((file) => (file.endsWith('.md') ? [file.slice(0, -'.md'.length)] : []));
  if (known.includes(name)) return fs.readFileSync(path.join(folder, `${name}.md`), 'utf8').trim();
  const near = suggest(name, known);
  throw new MuxwardError('usage', `--role: there is no role "${name}"`, {
    hint: `${near === undefined ? '' : `did you mean ${near}? `}Roles here: ${known.sort().join(', ')}`,
  });
}
