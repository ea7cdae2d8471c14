/** `doctor`: looks at everything that muxward needs, and says what to do about what is missing. Starts no daemon. */
import { EXIT } from '../../core/errors.ts';
import { defineCommand } from '../command.ts';
import { examine } from '../doctor/checks.ts';
import { renderFindings } from '../doctor/render-findings.ts';
import { createPalette } from '../render/palette.ts';

export const command = defineCommand({
  examples: [
    { run: 'muxward doctor', about: 'all checks, with remedies' },
    { run: 'muxward doctor --json', about: 'for a script; exit status 1 where there is a problem' },
  ],
  notes: 'Exit status 1 if there is a problem, 0 with notes only. It changes nothing and starts no daemon.',
  async run({ context }) {
    const { paths, installation } = context;
    const findings = await examine({ paths, installation, env: process.env, cwd: process.cwd(), daemon: context.runningDaemon });
    const problems = findings.filter(({ verdict }) => verdict === 'problem');
    const notes = findings.filter(({ verdict }) => verdict === 'note');
    if (context.json) context.out(`${JSON.stringify({ ok: problems.length === 0, problems: problems.length, notes: notes.length, findings })}\n`);
    else context.out(renderFindings(context.quiet ? [...notes, ...problems] : findings, await createPalette(context.color), context.columns));
    return problems.length === 0 ? EXIT.ok : EXIT.failed;
  },
});
