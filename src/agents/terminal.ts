/**
 * A type described by a template, for programs that somebody wrote down and nobody programmed:
 * `templates/terminals/NAME.yaml` makes the type NAME. Codex, Gemini or a REPL need one such file and no code.
 *
 *     summary: a Python prompt
 *     command: [python3, -i]       # found on the caller's PATH; `-- COMMAND` at spawn replaces it
 *     prompt: typed                # or: argument (the last one), none
 *     ready: '^>>>'              # the screen has such a line when it can be typed to
 */
import fs from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { findProgram } from '../config/find-program.ts';
import type { AgentSpec } from '../core/agent.ts';
import { MuxwardError } from '../core/errors.ts';
import { NOTHING_MORE, type AgentType, type LaunchPlan } from './agent-type.ts';

interface TerminalTemplate {
  readonly summary: string;
  readonly command: readonly string[];
  readonly prompt: 'argument' | 'typed' | 'none';
  readonly ready: RegExp;
}

/** The type that `templates/terminals/NAME.yaml` describes, or undefined where there is no such file. */
export function loadTerminal(installation: string, name: string): AgentType | undefined {
  const file = path.join(installation, 'templates/terminals', `${name}.yaml`);
  if (!/^[a-z0-9-]+$/.test(name) || !fs.existsSync(file)) return undefined;
  return terminalType(name, readTemplate(fs.readFileSync(file, 'utf8'), file));
}

/** Names of all templates, for messages that list the valid types. */
export function terminalNames(installation: string): string[] {
  const files = fs.readdirSync(path.join(installation, 'templates/terminals'));
  return files.filter((file) => file.endsWith('.yaml')).map((file) => file.slice(0, -'.yaml'.length)).sort();
}

function terminalType(name: string, template: TerminalTemplate): AgentType {
  return { name, summary: template.summary, sideWindow: 'monitor', plan: (spec) => planTerminal(template, spec) };
}

function planTerminal(template: TerminalTemplate, spec: AgentSpec): LaunchPlan {
  const argv = spec.command.length > 0 ? spec.command : findCommand(template.command, spec);
  if (spec.prompt === null) return { ...NOTHING_MORE, argv };
  switch (template.prompt) {
    case 'argument':
      return { ...NOTHING_MORE, argv: [...argv, spec.prompt] };
    case 'typed':
      return { ...NOTHING_MORE, argv, typed: { text: spec.prompt, ready: template.ready } };
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

function readTemplate(text: string, file: string): TerminalTemplate {
  const fields = parse(text) as Record<string, unknown>;
  const { summary, command, prompt = 'none', ready = '' } = fields;
  const fault = (what: string): MuxwardError => new MuxwardError('invalid-config', `${file}: ${what}`);
  if (typeof summary !== 'string') throw fault('summary: a text is needed');
  if (!Array.isArray(command) || command.length === 0) throw fault('command: a list [program, arg …] is needed');
  if (prompt !== 'argument' && prompt !== 'typed' && prompt !== 'none') throw fault('prompt: argument, typed or none');
  return { summary, command: command.map(String), prompt, ready: new RegExp(String(ready), 'm') };
}
