/** `up`: brings the agents that a `muxward.yaml` declares to what it says. */
import { InvalidConfig } from '../../config/faults.ts';
import { planUp, type PlannedAgent, type UpPlan } from '../../config/project/plan.ts';
import type { Need, Project } from '../../config/project/project.ts';
import { loadSettings } from '../../config/settings.ts';
import type { Agent } from '../../core/agent.ts';
import { EXIT, unreachable } from '../../core/errors.ts';
import { parseDuration } from '../../core/units.ts';
import { defineCommand } from '../command.ts';
import type { Context } from '../context.ts';
import { bringUp, needInWords, type Brought } from '../project/bring-up.ts';
import { chosenNames } from '../project/chosen-names.ts';
import { declaredSpecs } from '../project/declared-spec.ts';
import { openProject } from '../project/open-project.ts';
import { createPalette, type Palette } from '../render/palette.ts';

const HEALTHY_TIMEOUT = '2m';

interface UpOptions {
  readonly file?: string;
  readonly dryRun?: boolean;
  readonly removeOrphans?: boolean;
  readonly timeout?: string;
}

export const command = defineCommand<UpOptions>({
  arguments: '[names...]',
  options: [
    { flags: '-f, --file <file>', about: 'the file (default: muxward.yaml here or in a folder above)' },
    { flags: '-n, --dry-run', about: 'say what would be done, do nothing' },
    { flags: '--remove-orphans', about: 'end and remove agents that the file declares no more' },
    { flags: '--timeout <duration>', about: `how long a dependency may take to be healthy (default: ${HEALTHY_TIMEOUT})` },
  ],
  notes: 'Only what changed is restarted. NAMEs bring up these and what they need: agents, entries with all instances, globs.',
  examples: [
    { run: 'muxward up', about: 'everything that muxward.yaml declares' },
    { run: 'muxward up web --dry-run', about: 'what would be done for web and what it needs' },
  ],
  async run({ context, args, options }) {
    const healthyTimeoutMs = parseDuration(options.timeout ?? HEALTHY_TIMEOUT, '--timeout');
    const project = await openProject(context, { file: options.file });
    const wanted = chosenNames(project, args);
    const { agent: defaults } = await loadSettings(context.paths.config);
    const toStart = planUp(project, [], wanted).agents.map(({ agent }) => agent);
    const specs = await declaredSpecs(project, toStart, defaults);
    const { agents } = await context.daemon.call('GET /api/agents', { all: true });
    const plan = planUp(project, agents, wanted);
    refuseConflicts(project, plan);
    const view = new UpView(context, await createPalette(context.color));
    if (options.dryRun) return view.planned(project, plan, options.removeOrphans === true);
    const current = new Map(agents.map((agent) => [agent.name, agent]));
    const brought = await bringUp({ plan: plan.agents, specs, current, healthyTimeoutMs, daemon: context.daemon, tell: (news) => view.tell(news) });
    const removed = options.removeOrphans ? await removeOrphans(context, plan.orphans) : [];
    return view.finished(project, { brought, orphans: plan.orphans, removed });
  },
});

/** Nothing is started where a name is taken: the file, or the other agent, has to be renamed first. */
function refuseConflicts(project: Project, { conflicts }: UpPlan): void {
  if (conflicts.length === 0) return;
  throw new InvalidConfig(
    conflicts.map(({ agent, project: other }) => {
      const whose = other === null || other === project.name ? 'it was started by hand' : `it belongs to project ${other}`;
      return project.faultAt(agent, '', `an agent called ${agent.name} is there already: ${whose}`, `rename this one, or remove the other: muxward rm --force ${agent.name}`);
    }),
  );
}

async function removeOrphans(context: Context, names: readonly string[]): Promise<readonly string[]> {
  if (names.length === 0) return [];
  const { outcomes } = await context.daemon.call('POST /api/actions', { action: 'remove', selector: { names }, force: true });
  for (const { name, outcome, detail } of outcomes) if (outcome === 'failed') context.note(`${name} could not be removed: ${detail}`);
  return outcomes.filter(({ outcome }) => outcome === 'done').map(({ name }) => name);
}

interface UpResult {
  readonly brought: readonly Brought[];
  readonly orphans: readonly string[];
  readonly removed: readonly string[];
}

/** What the user sees: a line for each agent as it comes up, then the sum; with --json one document at the end. */
class UpView {
  readonly #context: Context;
  readonly #palette: Palette;

  constructor(context: Context, palette: Palette) {
    this.#context = context;
    this.#palette = palette;
  }

  tell(news: { readonly kind: 'done'; readonly brought: Brought } | { readonly kind: 'waits'; readonly name: string; readonly need: Need }): void {
    if (this.#context.json || this.#context.quiet) return;
    if (news.kind === 'done') this.#line(...this.#sentence(news.brought));
    else this.#context.note(this.#palette.faint(`· ${news.name} waits for ${needInWords(news.need)}`));
  }

  planned(project: Project, { agents, orphans }: UpPlan, removes: boolean): number {
    const steps = agents.map(({ agent, action, why }) => ({ name: agent.name, action, why, needs: agent.needs }));
    if (this.#context.json) this.#context.out(`${JSON.stringify({ project: project.name, dryRun: true, agents: steps, orphans })}\n`);
    else {
      for (const { agent, action, why } of agents) this.#line('·', `${agent.name} ${WOULD[action]} (${why})`);
      for (const name of orphans) this.#line('·', `${name} ${removes ? 'would be removed' : 'stays'} (no longer in the file)`);
    }
    return EXIT.ok;
  }

  finished(project: Project, { brought, orphans, removed }: UpResult): number {
    const status = brought.some(({ outcome }) => outcome === 'failed' || outcome === 'held-back') ? EXIT.failed : EXIT.ok;
    if (this.#context.json) {
      this.#context.out(`${JSON.stringify({ project: project.name, agents: brought.map(toJson), orphans, removed })}\n`);
      return status;
    }
    if (this.#context.quiet) return status;
    for (const name of removed) this.#line(this.#palette.good('✔'), `${name} removed (no longer in the file)`);
    this.#context.out(`${sumOf(brought)}${status === EXIT.ok ? '' : `      ${this.#nextStep(brought)}`}\n`);
    const left = orphans.filter((name) => !removed.includes(name));
    if (left.length > 0) this.#context.note(`No longer in ${project.file}: ${left.join(', ')}. Remove them: muxward up --remove-orphans`);
    return status;
  }

  #sentence(brought: Brought): [symbol: string, text: string] {
    const { good, bad, faint } = this.#palette;
    switch (brought.outcome) {
      case 'started':
        return [good('✔'), `${brought.name} ${brought.detail}`];
      case 'restarted':
        return [good('✔'), `${brought.name} ${brought.detail}, started again`];
      case 'unchanged':
        return [faint('='), `${brought.name} ${brought.detail}`];
      case 'failed':
        return [bad('✘'), brought.detail];
      case 'held-back':
        return [bad('✘'), `${brought.name} was not started: it ${brought.detail}`];
      default:
        return unreachable(brought);
    }
  }

  #line(symbol: string, text: string): void {
    this.#context.out(`${symbol} ${text}\n`);
  }

  #nextStep(brought: readonly Brought[]): string {
    const root = brought.flatMap((each) => (each.outcome === 'failed' ? [each.name] : each.outcome === 'held-back' ? each.links.slice(-1).map(({ name }) => name) : []));
    return `→ muxward logs ${root[0] ?? ''}`;
  }
}

const WOULD: Readonly<Record<PlannedAgent['action'], string>> = {
  create: 'would be started',
  replace: 'would be restarted',
  start: 'would be started again',
  keep: 'stays as it is',
};

const WORDS: readonly (readonly [Brought['outcome'], string])[] = [
  ['started', 'started'],
  ['restarted', 'restarted'],
  ['unchanged', 'unchanged'],
  ['failed', 'failed'],
  ['held-back', 'not started'],
];

function sumOf(brought: readonly Brought[]): string {
  const counted = WORDS.map(([outcome, word]) => [brought.filter((each) => each.outcome === outcome).length, word] as const);
  return counted.filter(([count]) => count > 0).map(([count, word]) => `${count} ${word}`).join(', ');
}

function toJson(brought: Brought): Readonly<Record<string, unknown>> & { readonly agent?: Agent } {
  return brought.outcome === 'failed' ? { ...brought, error: brought.error.toBody() } : brought;
}
