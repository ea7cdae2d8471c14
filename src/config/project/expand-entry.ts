/** An entry becomes its agents: one, or one for each instance. */
import { printable } from '../../core/names.ts';
import { checkValue } from '../yaml/check-value.ts';
import type { PositionedYaml } from '../yaml/positioned-yaml.ts';
import { number } from '../yaml/written-values.ts';
import type { FaultBook } from './fault-book.ts';
import { fillInstance } from './fill-in.ts';
import { mergeFields, sourceOfField } from './merge-fields.ts';
import type { DeclaredAgent } from './project.ts';
import { reportUselessFields, resolveAgent, type Surroundings } from './resolve-agent.ts';
import { projectSchema, type AgentEntry, type AgentFields } from './schema.ts';
import type { Variables } from './substitute.ts';
import { textOf } from './variables.ts';

export interface Expansion extends Pick<Surroundings, 'project' | 'folder' | 'types' | 'defaults'> {
  readonly document: PositionedYaml;
  readonly book: FaultBook;
  readonly variables: Variables;
  /** As written, before variables were filled in. */
  readonly raw: Readonly<Record<string, unknown>>;
  readonly fields: AgentFields;
}

export interface ExpandedAgent {
  readonly agent: Omit<DeclaredAgent, 'needs'>;
  /** What the entry itself says. */
  readonly own: AgentEntry;
}

/** @param first the entry as it is for its first instance */
export function expandEntry(entry: string, first: AgentEntry, expansion: Expansion): ExpandedAgent[] {
  const instances = number(first.instances);
  if (instances === undefined) return [resolve(entry, entry, { own: first, fields: expansion.fields }, expansion)];
  return Array.from({ length: instances }, (_, i) => {
    const parts = i === 0 ? { own: first, fields: expansion.fields } : partsOfInstance(entry, String(i + 1), first, expansion);
    return resolve(`${entry}-${i + 1}`, entry, parts, expansion);
  });
}

interface Parts {
  readonly own: AgentEntry;
  readonly fields: AgentFields;
}

/** The entry and the defaults once more, with another number in them. */
function partsOfInstance(entry: string, instance: string, first: AgentEntry, { raw, variables, document, book, fields }: Expansion): Parts {
  const scene = { variables, report: () => undefined };
  const written = (raw['agents'] as Record<string, unknown>)[entry];
  const own = fillInstance(written, instance, ['agents', entry], scene);
  const defaults = fillInstance(raw['defaults'] ?? {}, instance, ['defaults'], scene);
  const { value, faults } = checkValue(projectSchema, { defaults, agents: { [entry]: own } }, document);
  book.keep(faults);
  return { own: value?.agents[entry] ?? first, fields: value?.defaults ?? fields };
}

function resolve(name: string, entry: string, { own, fields }: Parts, expansion: Expansion): ExpandedAgent {
  const { document, book } = expansion;
  const report: Surroundings['report'] = (field, { is, hint }, inside) => {
    const said = [...sourceOfField(entry, own, field), ...(inside === undefined ? [] : [inside])];
    if (document.has(said)) book.add(said, `agents.${entry}: ${is}`, hint);
    else book.add(['agents', entry], `agents.${entry}: ${is}`, hint, 'key');
  };
  const agent = resolveAgent(name, mergeFields(fields, own), {
    ...expansion,
    report,
    written: (field) => printable(document.sourceOf(sourceOfField(entry, own, field)) ?? ''),
    textOf: (value, field, key) => {
      const isOwn = Object.hasOwn(own[field] ?? {}, key);
      return textOf(value, isOwn ? ['agents', entry, field, key] : ['defaults', field, key], document);
    },
  });
  reportUselessFields(own, agent.type, report);
  return { agent: { ...agent, entry }, own };
}
