/** JSON schemas of the files that users write, for editors, made from what the files are checked with. */
import * as z from 'zod/mini';
import { planSchema } from './plan/schema.ts';
import { projectSchema } from './project/schema.ts';
import { settingsSchema } from './settings-schema.ts';

export const SCHEMA_NAMES = ['project', 'settings', 'plan'] as const;
export type SchemaName = (typeof SCHEMA_NAMES)[number];

const SCHEMAS = {
  project: { schema: projectSchema, title: 'muxward.yaml' },
  settings: { schema: settingsSchema, title: 'config.yaml of muxward' },
  plan: { schema: planSchema, title: 'a plan of muxward' },
} as const;

/** Draft 7, which editors know best. Values that `${VAR}` may stand for are texts there too. */
export function jsonSchema(name: SchemaName): Readonly<Record<string, unknown>> {
  const { schema, title } = SCHEMAS[name];
  const { $schema, ...rest } = z.toJSONSchema(schema, { io: 'input', target: 'draft-7', unrepresentable: 'any' });
  return { $schema, title, ...rest, ...(name === 'settings' ? {} : { patternProperties: { '^x-': {} } }) };
}
