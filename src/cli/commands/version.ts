/** `version`: of muxward, of Node and of tmux. */
import { spawnSync } from 'node:child_process';
import manifest from '../../../package.json' with { type: 'json' };
import { defineCommand } from '../command.ts';
import { EXIT } from '../../core/errors.ts';

export const command = defineCommand({
  examples: [
    { run: 'muxward --version', about: 'for people' },
    { run: 'muxward version --json', about: 'for scripts' },
  ],
  run({ context }) {
    const versions = { muxward: manifest.version, node: process.versions.node, tmux: tmuxVersion() };
    if (context.json) context.out(`${JSON.stringify(versions)}\n`);
    else context.out(`muxward ${versions.muxward}\n${context.quiet ? '' : `Node ${versions.node}, tmux ${versions.tmux ?? 'not found'}\n`}`);
    return Promise.resolve(EXIT.ok);
  },
});

function tmuxVersion(): string | null {
  const { stdout, status } = spawnSync('tmux', ['-V'], { encoding: 'utf8', timeout: 5000 });
  return status === 0 ? stdout.trim().replace(/^tmux /, '') : null;
}
