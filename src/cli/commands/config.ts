/** `config`: the settings in force and where each comes from, checking files, and schemas for editors. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { SettingOrigin } from '../../config/settings-origins.ts';
import { InvalidConfig } from '../../config/faults.ts';
import { EXIT, MuxwardError } from '../../core/errors.ts';
import { printable, suggest } from '../../core/names.ts';
import { formatSize } from '../../core/units.ts';
import { defineSubcommand, type CommandGroup } from '../command.ts';

const show = defineSubcommand('the settings in force, and where each comes from', {
  examples: [
    { run: 'muxward config show', about: 'every setting with its origin' },
    { run: 'muxward config show --json', about: 'for a script: milliseconds and bytes' },
  ],
  notes: 'A flag wins over muxward.yaml, that over config.yaml in the home, that over the default.',
  async run({ context }) {
    const { settingOrigins } = await import('../../config/settings-origins.ts');
    const settings = await settingOrigins(context.paths.config);
    if (context.json) {
      context.out(`${JSON.stringify({ file: context.paths.config, settings })}\n`);
      return EXIT.ok;
    }
    const { renderTable } = await import('../render/table.ts');
    const rows = settings.map((setting) => [setting.key, inWords(setting), setting.origin]);
    const columns = [{ header: 'SETTING' }, { header: 'VALUE' }, { header: 'FROM', shrinksTo: 8 }];
    context.out(`${renderTable(columns, rows, context.columns).join('\n')}\n`);
    return EXIT.ok;
  },
});

const validate = defineSubcommand('check config.yaml, or a muxward.yaml', {
  arguments: '[file]',
  examples: [
    { run: 'muxward config validate', about: 'the settings of your home' },
    { run: 'muxward config validate muxward.yaml', about: 'a project: nothing is started' },
  ],
  notes: 'Without a FILE: config.yaml and terminals/ of the home, and the muxward.yaml here or above where there is one. A file called config.yaml is checked as settings, one in a folder terminals as a template, any other as a project.',
  async run({ context, args }) {
    const [named] = args;
    const files = named === undefined ? [...(await ownFiles(context.paths.config)), ...(await ownTemplates(context.paths.home))] : [named];
    for (const file of files) await validateFile(file, context);
    if (context.json) context.out(`${JSON.stringify({ valid: true, files })}\n`);
    else if (!context.quiet) context.out(files.map((file) => `✔ ${file} ${existsSync(file) ? 'is valid' : 'is not there: the defaults hold'}\n`).join(''));
    return EXIT.ok;
  },
});

const SCHEMA_NAMES = ['project', 'settings', 'plan'];

const schema = defineSubcommand('the JSON schema of muxward.yaml, config.yaml or a plan, for editors', {
  arguments: '[project|settings|plan]',
  examples: [
    { run: 'muxward config schema > muxward.schema.json', about: 'then: # yaml-language-server: $schema=muxward.schema.json' },
    { run: 'muxward config schema settings', about: 'of config.yaml in the home' },
  ],
  async run({ context, args }) {
    const [name = 'project'] = args;
    const { jsonSchema, SCHEMA_NAMES: names } = await import('../../config/json-schema.ts');
    const known = names.find((each) => each === name);
    if (known === undefined) {
      const near = suggest(name, SCHEMA_NAMES);
      const hint = `${near === undefined ? '' : `did you mean ${near}? `}There are: ${SCHEMA_NAMES.join(', ')}`;
      throw new MuxwardError('usage', `there is no schema called "${printable(name)}"`, { hint });
    }
    context.out(`${JSON.stringify(jsonSchema(known), null, 2)}\n`);
    return EXIT.ok;
  },
});

export const command: CommandGroup = { subcommands: { show, validate, schema }, otherwise: 'show' };

async function ownFiles(settings: string): Promise<string[]> {
  const { findProjectFile } = await import('../../config/project/find-project-file.ts');
  try {
    return [settings, path.relative(process.cwd(), findProjectFile(process.cwd()))];
  } catch (error) {
    if (error instanceof MuxwardError) return [settings];
    throw error;
  }
}

async function ownTemplates(home: string): Promise<string[]> {
  const { ownTerminals, terminalNames } = await import('../../config/terminals/terminal-folders.ts');
  const folder = ownTerminals(home);
  return terminalNames([folder]).map((name) => path.join(folder, `${name}.yaml`));
}

async function validateTemplate(file: string): Promise<void> {
  const { readIfPresent } = await import('../../config/read-if-present.ts');
  const text = await readIfPresent(file);
  if (text === undefined) throw new MuxwardError('usage', `there is no file ${printable(file)}`);
  const { readTemplate } = await import('../../config/terminals/terminal-template.ts');
  readTemplate(text, file);
}

async function validateFile(file: string, context: Parameters<typeof validate.run>[0]['context']): Promise<void> {
  if (path.basename(path.dirname(path.resolve(file))) === 'terminals') return await validateTemplate(file);
  if (path.basename(file) !== 'config.yaml') {
    const { openProject } = await import('../project/open-project.ts');
    return void (await openProject(context, { file }));
  }
  const { readIfPresent } = await import('../../config/read-if-present.ts');
  const text = await readIfPresent(file);
  if (text === undefined && path.resolve(file) !== context.paths.config) {
    throw new MuxwardError('usage', `there is no file ${printable(file)}`, { hint: 'name a config.yaml or a muxward.yaml' });
  }
  const { loadSettings } = await import('../../config/settings.ts');
  const { alerts } = await loadSettings(file);
  const { channelFaults } = await import('../../config/alerts/check-channels.ts');
  const faults = channelFaults(alerts.channels, process.env);
  if (faults.length > 0) throw new InvalidConfig(faults);
}

const UNITS_OF_TIME = [['d', 86_400_000], ['h', 3_600_000], ['m', 60_000], ['s', 1000]] as const;

function inWords({ value, unit }: SettingOrigin): string {
  if (value === null) return '-';
  if (Array.isArray(value)) return value.length === 0 ? 'none' : `${value.length}`;
  if (unit === 'bytes') return formatSize(Number(value));
  if (unit === 'ms') return exactDuration(Number(value));
  return typeof value === 'string' || typeof value === 'number' ? String(value) : JSON.stringify(value);
}

/** As it could stand in the file: nothing is rounded away. */
function exactDuration(ms: number): string {
  const [word, size] = UNITS_OF_TIME.find(([, each]) => ms >= each && ms % each === 0) ?? ['ms', 1];
  return `${ms / size}${word}`;
}
