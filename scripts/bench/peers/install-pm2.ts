/** Fetches pm2 with npm, once: it is kept in a cache folder. */
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { BenchError } from '../bench-error.ts';

export const PM2_VERSION = '7.0.4';

/** The path of pm2's program. @throws BenchError where npm cannot fetch it. */
export async function installPm2(cache: string): Promise<string> {
  const folder = path.join(cache, `pm2-${PM2_VERSION}`);
  const program = path.join(folder, 'node_modules/pm2/bin/pm2');
  if (fs.existsSync(program)) return program;
  process.stderr.write(`fetching pm2 ${PM2_VERSION} into ${folder}\n`);
  fs.mkdirSync(cache, { recursive: true });
  const unpacked = fs.mkdtempSync(path.join(cache, 'unpack-'));
  try {
    fs.writeFileSync(path.join(unpacked, 'package.json'), '{"private":true}\n');
    await npmInstall(unpacked);
    fs.renameSync(unpacked, folder);
  } finally {
    fs.rmSync(unpacked, { recursive: true, force: true });
  }
  return program;
}

/** In that folder, and not with `npm --prefix`, which loses the user's npm settings. */
async function npmInstall(cwd: string): Promise<void> {
  const args = [
    'install',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--no-package-lock',
    '--loglevel=error',
    `pm2@${PM2_VERSION}`,
  ];
  try {
    await promisify(execFile)('npm', args, { cwd });
  } catch (error) {
    const said = (error as { stderr?: string }).stderr?.trim() ?? '';
    throw new BenchError(`npm could not fetch pm2@${PM2_VERSION}`, said === '' ? String(error) : said);
  }
}
