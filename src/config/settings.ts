/**
 * The user's settings: what `<home>/config.yaml` says, and the defaults for all it leaves out. Where there is no
 * such file, neither the yaml library nor the schema is loaded.
 */
import { readIfPresent } from './read-if-present.ts';
import { DEFAULT_SETTINGS, frozen, type Settings } from './settings-defaults.ts';

export type { Settings } from './settings-defaults.ts';

/**
 * The settings in force, all filled in and frozen.
 * @param path of `config.yaml`, as errors shall name it
 * @throws InvalidConfig with every fault of the file; MuxwardError `invalid-config` where it cannot be read
 */
export async function loadSettings(path: string): Promise<Settings> {
  const text = await readIfPresent(path);
  if (text === undefined) return DEFAULT_SETTINGS;
  const { readSettings } = await import('./settings-file.ts');
  return frozen(readSettings(text, path).settings);
}
