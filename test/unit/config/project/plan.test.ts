import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { planDown, planUp, withNeeds, type CurrentAgent } from '../../../../src/config/project/plan.ts';
import type { DeclaredAgent, Need, Project } from '../../../../src/config/project/project.ts';
import { STATES, type State } from '../../../../src/core/state.ts';
import { read } from './read.ts';

const SHOP = `
project: shop
agents:
  web: {command: x, depends_on: [api]}
  api: {command: x, depends_on: {db: started, migrate: completed}}
  migrate: {command: x, depends_on: [db]}
  db: {command: x}
  lone: {command: x}
`;

function current(agent: Pick<DeclaredAgent, 'name' | 'declaredAs'>, change: Partial<CurrentAgent> = {}): CurrentAgent {
  return { name: agent.name, project: 'shop', declaredAs: agent.declaredAs, state: 'ready', exit: null, reason: '', ...change };
}

const exited = (code: number) => ({ kind: 'exited', code, signal: null, at: '' }) as const;
const names = (agents: readonly { agent: DeclaredAgent }[]): string[] => agents.map(({ agent }) => agent.name);

describe('planUp', () => {
  const project = read(SHOP);
  const all = project.agents.map((agent) => current(agent));

  test('starts all where there is none, in order', () => {
    const { agents, orphans, conflicts } = planUp(project, []);
    expect(names(agents)).toEqual(['db', 'migrate', 'api', 'web', 'lone']);
    expect(new Set(agents.map(({ action }) => action))).toEqual(new Set(['create']));
    expect([orphans, conflicts]).toEqual([[], []]);
  });

  test.each<[string, Partial<CurrentAgent>, string]>([
    ['runs as declared', {}, 'keep'],
    ['waits for its restart', { state: 'spawning' }, 'keep'],
    ['is paused', { state: 'paused' }, 'keep'],
    ['was declared otherwise', { declaredAs: 'other' }, 'replace'],
    ['was declared otherwise and has ended', { declaredAs: 'other', state: 'terminated', exit: exited(0) }, 'replace'],
    ['is being stopped', { state: 'terminating' }, 'start'],
    ['was stopped', { state: 'terminated', exit: { kind: 'stopped-by-user', code: null, signal: 'SIGTERM', at: '' } }, 'start'],
    ['has failed', { state: 'failed', exit: exited(1) }, 'start'],
    ['has completed', { state: 'terminated', exit: exited(0) }, 'keep'],
  ])('an agent that %s', (_, change, action) => {
    const [db, ...rest] = all as [CurrentAgent, ...CurrentAgent[]];
    const { agents } = planUp(project, [{ ...db, ...change }, ...rest]);
    expect(agents.map((planned) => planned.action)).toEqual([action, 'keep', 'keep', 'keep', 'keep']);
  });

  test('names bring up what they need, and no more', () => {
    expect(names(planUp(project, [], ['migrate']).agents)).toEqual(['db', 'migrate']);
    expect(names(planUp(project, [], ['web', 'lone']).agents)).toEqual(['db', 'migrate', 'api', 'web', 'lone']);
  });

  test('reports what the file declares no more, and nothing that was spawned by hand', () => {
    const gone = current({ name: 'old', declaredAs: 'x' });
    const byHand = current({ name: 'mine', declaredAs: 'x' }, { declaredAs: null });
    const other = current({ name: 'theirs', declaredAs: 'x' }, { project: 'blog' });
    expect(planUp(project, [gone, byHand, other]).orphans).toEqual(['old']);
  });

  test('a name that somebody else has is a conflict, and nothing is planned for it', () => {
    const { agents, conflicts } = planUp(project, [current({ name: 'db', declaredAs: 'x' }, { project: 'blog' }), current({ name: 'lone', declaredAs: 'x' }, { declaredAs: null })]);
    expect(conflicts.map(({ agent, project: other }) => [agent.name, other])).toEqual([['db', 'blog'], ['lone', 'shop']]);
    expect(names(agents)).toEqual(['migrate', 'api', 'web']);
  });
});

describe('planDown', () => {
  const project = read(SHOP);
  const all = project.agents.map((agent) => current(agent));

  test('ends dependents before what they need, those the file does not know first', () => {
    expect(planDown(project, [...all, current({ name: 'old', declaredAs: 'x' })])).toEqual([['old'], ['web'], ['api'], ['migrate'], ['db', 'lone']]);
  });

  test('leaves alone what is not of the project, and what was not asked for', () => {
    const foreign = current({ name: 'db', declaredAs: 'x' }, { project: 'blog' });
    expect(planDown(project, [foreign])).toEqual([]);
    expect(planDown(project, all, ['db', 'web'])).toEqual([['web'], ['db']]);
  });
});

/** A project without circles: an agent needs only some of those made before it, and then all are shuffled. */
const projects: fc.Arbitrary<Project> = fc
  .array(fc.array(fc.nat(), { maxLength: 4 }), { minLength: 1, maxLength: 25 })
  .chain((rows) => fc.shuffledSubarray(rows.map((_, i) => i), { minLength: rows.length }).map((order) => project(rows, order)));

function project(rows: readonly (readonly number[])[], order: readonly number[]): Project {
  const entries = order.map((i) => `  a${i}: {command: x, depends_on: [${[...new Set((rows[i] ?? []).map((n) => n % Math.max(1, i)))].filter((n) => n < i).map((n) => `a${n}`).join(', ')}]}`);
  return read(`project: shop\nagents:\n${entries.join('\n')}\n`);
}

const states: fc.Arbitrary<readonly [State, boolean, number | null][]> = fc.array(
  fc.tuple(fc.constantFrom(...STATES), fc.boolean(), fc.constantFrom(0, 1, null)),
  { minLength: 25, maxLength: 25 },
);

function there(of: Project, kinds: readonly [State, boolean, number | null][]): CurrentAgent[] {
  return of.agents.flatMap((agent, i) => {
    const [state, isChanged, code] = kinds[i] ?? ['ready', false, null];
    if (code === 1 && isChanged) return [];
    return [current(agent, { state, declaredAs: isChanged ? 'other' : agent.declaredAs, exit: code === null ? null : exited(code) })];
  });
}

const needNames = (agent: DeclaredAgent): string[] => agent.needs.map((need: Need) => need.name);

describe('for any project', () => {
  test('every agent comes after those it needs, each once', () => {
    fc.assert(
      fc.property(projects, states, (any, kinds) => {
        const planned = names(planUp(any, there(any, kinds)).agents);
        expect(new Set(planned).size).toBe(any.agents.length);
        for (const agent of any.agents) {
          for (const need of needNames(agent)) expect(planned.indexOf(need)).toBeLessThan(planned.indexOf(agent.name));
        }
      }),
      { numRuns: 60 },
    );
  });

  test('what was done need not be done again', () => {
    fc.assert(
      fc.property(projects, states, (any, kinds) => {
        const done = planUp(any, there(any, kinds)).agents.map(({ agent, action }) =>
          action === 'keep' ? there(any, kinds).find(({ name }) => name === agent.name) : current(agent),
        );
        const again = planUp(any, done.filter((each) => each !== undefined));
        expect(again.agents.filter(({ action }) => action !== 'keep')).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  test('names bring up exactly what they need', () => {
    fc.assert(
      fc.property(projects, fc.nat(), (any, pick) => {
        const wanted = any.agents[pick % any.agents.length]?.name ?? '';
        const chosen = withNeeds(any.agents, [wanted]).map(({ name }) => name);
        const closed = any.agents.filter(({ name }) => chosen.includes(name)).flatMap(needNames).every((need) => chosen.includes(need));
        const isNeeded = (name: string): boolean => name === wanted || any.agents.some((other) => chosen.includes(other.name) && needNames(other).includes(name));
        expect([closed, chosen.includes(wanted), chosen.every(isNeeded)]).toEqual([true, true, true]);
      }),
      { numRuns: 60 },
    );
  });

  test('down ends all, nobody before who needs it', () => {
    fc.assert(
      fc.property(projects, (any) => {
        const groups = planDown(any, any.agents.map((agent) => current(agent)));
        const at = new Map(groups.flatMap((group, i) => group.map((name) => [name, i] as const)));
        expect(at.size).toBe(any.agents.length);
        for (const agent of any.agents) for (const need of needNames(agent)) expect(at.get(need)).toBeGreaterThan(at.get(agent.name) ?? 0);
      }),
      { numRuns: 60 },
    );
  });
});
