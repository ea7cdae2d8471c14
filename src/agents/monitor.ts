/** `monitor`: muxward's own watcher of a project's agents, which shows their alerts. */
import path from 'node:path';
import { NOTHING_MORE, type AgentType } from './agent-type.ts';

export const monitor: AgentType = {
  name: 'monitor',
  summary: "watches a project's agents and shows their alerts",
  sideWindow: 'monitor',
  plan(spec, { installation }) {
    const project = spec.project === null ? [] : ['--project', spec.project];
    return { ...NOTHING_MORE, argv: [path.join(installation, 'bin/muxward'), 'monitor', ...project] };
  },
};
