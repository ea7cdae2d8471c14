/** `down`: ends the agents that a `muxward.yaml` declares, those that others need last. */
import { planDown } from '../../config/project/plan.ts';
import { EXIT } from '../../core/errors.ts';
import type { ActOutcome } from '../../core/protocol.ts';
import { parseDuration } from '../../core/units.ts';
import { defineCommand } from '../command.ts';
import type { Context } from '../context.ts';
import { chosenNames } from '../project/chosen-names.ts';
import { openProject } from '../project/open-project.ts';
import { createPalette } from '../render/palette.ts';

interface DownOptions {
  readonly file?: string;
  readonly keep?: boolean;
  readonly grace?: string;
  readonly dryRun?: boolean;
}

export const command = defineCommand<DownOptions>({
  arguments: '[names...]',
  options: [
    { flags: '-f, --file <file>', about: 'the file (default: muxward.yaml here or in a folder above)' },
    { flags: '--keep', about: 'only stop: they stay listed, with their logs and state' },
    { flags: '--grace <duration>', about: 'between SIGTERM and SIGKILL (default: 10s)' },
    { flags: '-n, --dry-run', about: 'say what would be done, do nothing' },
  ],
  notes: "Agents of the project that the file declares no more are ended too; agents that were spawned by hand are not.",
  examples: [
    { run: 'muxward down', about: 'stop and remove what muxward.yaml declares' },
    { run: 'muxward down web --keep', about: 'stop web, and keep it listed' },
  ],
  async run({ context, args, options }) {
    const graceMs = options.grace === undefined ? undefined : parseDuration(options.grace, '--grace');
    const project = await openProject(context, { file: options.file, namesOnly: true });
    const { agents } = await context.daemon.call('GET /api/agents', { all: true });
    const orphans = planDown(project, agents).flat();
    const groups = planDown(project, agents, chosenNames(project, args, orphans));
    const action = options.keep ? 'stop' : 'remove';
    const outcomes: ActOutcome[] = [];
    for (const names of groups) {
      const request = { action, selector: { names }, force: action === 'remove', dryRun: options.dryRun === true } as const;
      const reply = await context.daemon.call('POST /api/actions', graceMs === undefined ? request : { ...request, graceMs });
      await show(context, reply.outcomes, options.dryRun === true);
      outcomes.push(...reply.outcomes);
    }
    if (context.json) context.out(`${JSON.stringify({ project: project.name, outcomes })}\n`);
    else if (outcomes.length === 0 && !context.quiet) context.out(`Nothing of ${project.name} is there.\n`);
    return outcomes.some(({ outcome }) => outcome === 'failed') ? EXIT.failed : EXIT.ok;
  },
});

async function show(context: Context, outcomes: readonly ActOutcome[], dryRun: boolean): Promise<void> {
  if (context.json || context.quiet) return;
  const { good, bad, faint } = await createPalette(context.color);
  const symbols = { done: dryRun ? '·' : good('✔'), unchanged: faint('='), failed: bad('✘') };
  context.out(outcomes.map(({ name, outcome, detail }) => `${symbols[outcome]} ${name} ${detail}\n`).join(''));
}
