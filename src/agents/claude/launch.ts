/**
 * `claude-code`: the `claude` of the caller's PATH, interactive in the pane. The prompt is its last argument, which
 * reaches it through the wrapper's private argument file and is never wrapped as pasted text.
 * The conversation gets an id of its own at the first start, and a later start resumes it if it was written down.
 */
import path from 'node:path';
import type { AgentSpec } from '../../core/agent.ts';
import { MuxwardError } from '../../core/errors.ts';
import { NOTHING_MORE, type AgentType, type LaunchContext } from '../agent-type.ts';
import { loadRole } from '../role.ts';
import { chosenConversation } from './chosen-conversation.ts';
import { firstPrompt } from './first-prompt.ts';
import { headlessCommand, headlessPrompt } from './headless/launch.ts';
import { headlessMessage } from './message.ts';
import { claudeSettings } from './settings-file.ts';
import { userStatusLine } from './status-line.ts';
import { configFolder, findTranscript, isWithoutEntries } from './transcript-path.ts';

export const PERMISSION_MODES = ['acceptEdits', 'auto', 'bypassPermissions', 'manual', 'dontAsk', 'plan'] as const;

export const claudeCode: AgentType = {
  name: 'claude-code',
  summary: 'an interactive Claude Code session',
  sideWindow: 'monitor',
  plan(spec, context) {
    const [program, ...own] = spec.command;
    if (program === undefined) {
      throw new MuxwardError('usage', `${spec.name}: claude was not found on the PATH`, {
        hint: 'npm install -g @anthropic-ai/claude-code',
      });
    }
    refuseOwnSettings(spec, own);
    const chosen = chosenConversation(spec, own);
    const { sessionId, resumes } = conversationOf(spec, context.sessionId, chosen.sessionId);
    const conversation = resumes ? ['--resume', sessionId] : ['--session-id', sessionId];
    // A conversation that the user names is told the prompt, once; one that was muxward's was told it already.
    const isTold = context.hasTalked === true || (resumes && context.sessionId !== null);
    const check = spec.headless === undefined ? firstPrompt : headlessMessage;
    const checked = spec.prompt === null ? null : check(spec.prompt);
    const prompt = checked === null || isTold ? [] : ['--', checked];
    const settings = ['--settings', path.join(context.runFolder, SETTINGS)];
    const words = [...settings, ...modes(spec), ...rolePrompt(spec, context.installation), ...conversation, ...chosen.words];
    const common = { ...NOTHING_MORE, sessionId, resumes, promptGiven: prompt.length > 0, hasHooks: true } as const;
    if (spec.headless === undefined) return { ...common, argv: [program, ...words, ...prompt], env: editor(spec, context), files: files(spec, context) };
    const first = headlessPrompt(sessionId, isTold ? null : spec.prompt);
    return { ...common, argv: headlessCommand(spec.headless, context, [program, ...words, ...maxBudget(spec, context)]), files: { ...files(spec, context), ...first } };
  },
};

/** A conversation of muxward's own that came to nothing is left for a new one; what the user chose is Claude Code's to judge. */
function conversationOf(spec: AgentSpec, own: string | null, chosen: string | null): { sessionId: string; resumes: boolean } {
  const sessionId = own ?? chosen ?? crypto.randomUUID();
  const transcript = findTranscript(spec, sessionId);
  if (own !== null && transcript !== undefined && isWithoutEntries(transcript)) return { sessionId: crypto.randomUUID(), resumes: false };
  return { sessionId, resumes: transcript !== undefined };
}

/** Claude Code's own bound holds for one run, so it gets what is left; one that lives on takes a raised budget, this does not. */
function maxBudget({ headless }: AgentSpec, { leftUsd }: LaunchContext): string[] {
  return headless?.exitWhenDone === true && leftUsd !== undefined ? ['--max-budget-usd', String(Math.max(0.000001, leftUsd))] : [];
}

/** In the run folder. */
const SETTINGS = 'claude-settings.json';
const STATUS_LINE = 'status-line';

function files(spec: AgentSpec, { installation }: LaunchContext): Record<string, string> {
  return { [SETTINGS]: claudeSettings(installation, spec.budgetUsd === undefined ? null : spec.name), [STATUS_LINE]: userStatusLine(configFolder(spec), spec.cwd) ?? '' };
}

/** Long messages are handed over by an editor of muxward's. Claude Code splits its command at blanks: no path with one will do. */
function editor(spec: AgentSpec, { installation }: LaunchContext): Record<string, string> {
  const script = path.join(installation, 'scripts/agent-editor.sh');
  const own = spec.env['VISUAL'];
  return /\s/.test(script) ? {} : { VISUAL: script, ...(own === undefined ? {} : { MUXWARD_USER_VISUAL: own }) };
}

/** Of two `--settings` the last would win, and muxward would hear nothing. */
function refuseOwnSettings({ name }: AgentSpec, own: readonly string[]): void {
  if (!own.some((word) => word === '--settings' || word.startsWith('--settings='))) return;
  throw new MuxwardError('usage', `${name}: --settings is muxward's own, and there can be only one`, {
    hint: 'put them into .claude/settings.local.json of the working folder',
  });
}

function rolePrompt(spec: AgentSpec, installation: string): string[] {
  return spec.role === null ? [] : ['--append-system-prompt', loadRole(installation, spec.role)];
}

/** The permission mode is always said: the program's own default asks a server that a custom base URL does not have. */
function modes(spec: AgentSpec): string[] {
  const mode = spec.permissionMode ?? 'manual';
  if (!(PERMISSION_MODES as readonly string[]).includes(mode)) {
    throw new MuxwardError('usage', `--permission-mode: "${mode}" is none`, { hint: `one of ${PERMISSION_MODES.join(', ')}` });
  }
  if (mode === 'bypassPermissions' && process.getuid?.() === 0 && spec.env['IS_SANDBOX'] !== '1') {
    throw new MuxwardError('usage', '--permission-mode bypassPermissions: Claude Code refuses it to root', {
      hint: 'run muxward as another user, or choose another mode; in a sandbox that you trust: --env IS_SANDBOX=1',
    });
  }
  return ['--permission-mode', mode, '--name', spec.name, ...(spec.model === null ? [] : ['--model', spec.model]), ...tools(spec)];
}

function tools({ allowedTools = [], mcpConfigs = [] }: AgentSpec): string[] {
  return [...allowedTools.flatMap((rule) => ['--allowedTools', rule]), ...mcpConfigs.flatMap((file) => ['--mcp-config', file])];
}
