import { expect, test } from 'vitest';
import { jsonSchema, SCHEMA_NAMES } from '../../../src/config/json-schema.ts';

type Schema = { readonly [key: string]: unknown };

function* maps(schema: unknown): Generator<Schema> {
  if (typeof schema !== 'object' || schema === null) return;
  const inside: Schema = { ...schema };
  if (inside['type'] === 'object' && 'properties' in inside) yield inside;
  for (const inner of Object.values(schema)) yield* maps(inner);
}

test.each(SCHEMA_NAMES)('the schema of %s refuses unknown keys everywhere and explains the others', (name) => {
  const schema = jsonSchema(name);
  expect(schema).toMatchObject({ $schema: 'http://json-schema.org/draft-07/schema#', type: 'object' });
  const all = [...maps(schema)];
  expect(all.length).toBeGreaterThan(name === 'plan' ? 1 : 4);
  for (const each of all) expect(each['additionalProperties']).toBe(false);
  const unexplained = all.flatMap((each) => Object.entries(each['properties'] as Schema).filter(([, inner]) => (inner as Schema)['description'] === undefined));
  expect(unexplained.map(([key]) => key)).toEqual([]);
});

test('choices, patterns of names and variables in the place of numbers reach the editor', () => {
  const { properties, patternProperties } = jsonSchema('project') as { properties: Schema; patternProperties: Schema };
  const agents = properties['agents'] as { propertyNames: Schema; additionalProperties: { properties: Record<string, Schema> } };
  const agent = agents.additionalProperties.properties;
  expect(agents.propertyNames['pattern']).toBe('^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$');
  expect(agent['restart']).toMatchObject({ enum: ['no', 'on-failure', 'always'] });
  expect(agent['instances']).toMatchObject({ type: ['number', 'string'] });
  expect(patternProperties).toEqual({ '^x-': {} });
});
