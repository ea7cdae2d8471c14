/** Configuration: config.yaml of the home, and the muxward.yaml that `up` would take here. */
import { existsSync } from 'node:fs';
import { agentTypeNames } from '../../config/agent-type-names.ts';
import { findProjectFile } from '../../config/project/find-project-file.ts';
import { InvalidConfig } from '../../config/faults.ts';
import { readIfPresent } from '../../config/read-if-present.ts';
import { DEFAULT_SETTINGS } from '../../config/settings-defaults.ts';
import { loadSettings } from '../../config/settings.ts';
import { terminalFolders } from '../../config/terminals/terminal-folders.ts';
import { MuxwardError } from '../../core/errors.ts';
import { ok, problem, type Check, type Finding, type Scene } from './finding.ts';

export const checkConfig: Check = async (scene) => {
  const settings = existsSync(scene.paths.config) ? await judged('config.yaml', () => readSettingsOf(scene)) : [ok('settings: all defaults')];
  const file = projectFile(scene.cwd);
  return file === undefined ? settings : [...settings, ...(await judged('muxward.yaml', () => readProjectAt(file, scene)))];
};

async function judged(what: string, read: () => Promise<unknown>): Promise<Finding[]> {
  try {
    await read();
    return [ok(`${what} valid`)];
  } catch (error) {
    if (!(error instanceof MuxwardError)) throw error;
    const [first = ''] = error.message.split('\n');
    return [problem(first.replace(/:$/, ''), 'muxward config validate tells what would be right')];
  }
}

/** Also whether channels of alerts can work. */
async function readSettingsOf({ paths, env }: Scene): Promise<void> {
  const { alerts } = await loadSettings(paths.config);
  const { channelFaults } = await import('../../config/alerts/check-channels.ts');
  const faults = channelFaults(alerts.channels, env);
  if (faults.length > 0) throw new InvalidConfig(faults);
}

async function readProjectAt(file: string, { paths, installation, env }: Scene): Promise<void> {
  const { readProject } = await import('../../config/project/read-project.ts');
  const text = (await readIfPresent(file)) ?? '';
  readProject({ text, path: file, file, env, types: agentTypeNames(terminalFolders(paths.home, installation)), defaults: DEFAULT_SETTINGS.agent });
}

function projectFile(cwd: string): string | undefined {
  try {
    return findProjectFile(cwd);
  } catch (error) {
    if (error instanceof MuxwardError) return undefined;
    throw error;
  }
}
