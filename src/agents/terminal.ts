/**
 * A type described by a template, for programs that somebody wrote down and nobody programmed: `NAME.yaml` in one of the
 * folders of templates makes the type NAME. Codex, Gemini or a REPL need one such file and no code. What stands in it is
 * config/terminals/terminal-template.ts.
 */
import fs from 'node:fs';
import path from 'node:path';
import { findProgram } from '../config/find-program.ts';
import type { AgentSpec } from '../core/agent.ts';
import { MuxwardError } from '../core/errors.ts';
import { readTemplate, type TerminalTemplate } from '../config/terminals/terminal-template.ts';
import { NOTHING_MORE, type AgentType, type LaunchPlan } from './agent-type.ts';
import { answersByRules, readByRules } from './screen-rules.ts';

/** Screens are read once a second and templates hardly ever change. */
const loaded = new Map<string, { readonly version: string; readonly type: AgentType }>();

/**
 * The type that `NAME.yaml` describes, in the first folder that has it; undefined where none does.
 * @throws InvalidConfig with every fault at its line.
 */
export function loadTerminal(folders: readonly string[], name: string): AgentType | undefined {
  if (!/^[a-z0-9-]+$/.test(name)) return undefined;
  for (const folder of folders) {
    const file = path.join(folder, `${name}.yaml`);
    const stat = fs.statSync(file, { throwIfNoEntry: false });
    if (stat !== undefined) return readAgain(file, name, `${stat.ino} ${stat.size} ${stat.mtimeMs}`);
  }
  return undefined;
}

function readAgain(file: string, name: string, version: string): AgentType {
  const known = loaded.get(file);
  if (known?.version === version) return known.type;
  const type = terminalType(name, readTemplate(fs.readFileSync(file, 'utf8'), file));
  loaded.set(file, { version, type });
  return type;
}

function terminalType(name: string, template: TerminalTemplate): AgentType {
  const { summary, screen, answers, menus, interrupt } = template;
  const type: AgentType = { name, summary, sideWindow: 'monitor', plan: (spec) => planTerminal(template, spec), ...(interrupt ? { interruptKeys: interrupt } : {}) };
  if (screen.length === 0) return type;
  return {
    ...type,
    asksByMenu: menus,
    readScreen: (look, isQuiet) => readByRules(screen, name, look, isQuiet),
    answerKeys: (look) => {
      const own = answersByRules(screen, look);
      return own && { ...answers, ...own };
    },
  };
}

function planTerminal(template: TerminalTemplate, spec: AgentSpec): LaunchPlan {
  const argv = spec.command.length > 0 ? spec.command : findCommand(template.command, spec);
  const plan = { ...NOTHING_MORE, argv, ...(template.screen.length === 0 ? {} : { hasScreen: true as const }) };
  if (spec.prompt === null) return plan;
  switch (template.prompt) {
    case 'argument':
      return { ...plan, argv: [...argv, spec.prompt] };
    case 'typed':
      return { ...plan, typed: { text: spec.prompt, ready: template.ready } };
    case 'none':
      throw new MuxwardError('usage', `${spec.name}: type ${spec.type} takes no prompt`, { hint: 'leave --prompt out' });
  }
}

function findCommand([program = '', ...rest]: readonly string[], spec: AgentSpec): string[] {
  const found = findProgram(program, spec.env['PATH'], spec.cwd);
  if (found === undefined) {
    throw new MuxwardError('usage', `${spec.name}: ${program} was not found on the PATH`, {
      hint: `install ${program}, or say which program to run: muxward spawn ${spec.name} --type ${spec.type} -- /path/to/${program}`,
    });
  }
  return [found, ...rest];
}
