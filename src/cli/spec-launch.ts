/** The flags that say how Claude Code is started: trust of the folder, allowed tools, MCP servers. */
import fs from 'node:fs';
import path from 'node:path';
import type { AgentSpec } from '../core/agent.ts';
import { MuxwardError } from '../core/errors.ts';
import { printable } from '../core/names.ts';

/** As written: nothing is checked yet. */
export interface LaunchFlags {
  readonly trust?: boolean;
  readonly allowTool?: readonly string[];
  readonly mcpConfig?: readonly string[];
}

/** @throws MuxwardError `usage` */
export function specLaunch(type: string, flags: LaunchFlags, cwd: string): Pick<AgentSpec, 'trust' | 'allowedTools' | 'mcpConfigs'> {
  const { trust = false, allowTool = [], mcpConfig = [] } = flags;
  const useless = [trust && '--trust', allowTool.length > 0 && '--allow-tool', mcpConfig.length > 0 && '--mcp-config'].find((flag) => flag !== false);
  if (type !== 'claude-code' && useless !== undefined) {
    throw new MuxwardError('usage', `${useless}: an agent of type ${type} takes none`, { hint: 'it is for claude-code' });
  }
  return {
    ...(trust ? { trust } : {}),
    ...(allowTool.length > 0 ? { allowedTools: allowTool } : {}),
    ...(mcpConfig.length > 0 ? { mcpConfigs: mcpConfig.map((file) => mcpFile(file, cwd)) } : {}),
  };
}

/** Absolute, and JSON: Claude Code would start without its servers and say so only on its screen. */
function mcpFile(file: string, cwd: string): string {
  const absolute = path.resolve(cwd, file);
  const fault = (what: string): MuxwardError =>
    new MuxwardError('usage', `--mcp-config: ${printable(file)} ${what}`, { hint: 'a JSON file with "mcpServers", relative to the current folder' });
  let text: string;
  try {
    text = fs.readFileSync(absolute, 'utf8');
  } catch (error) {
    throw fault((error as NodeJS.ErrnoException).code === 'ENOENT' ? 'is not there' : 'cannot be read');
  }
  try {
    JSON.parse(text);
  } catch {
    throw fault('is no JSON');
  }
  return absolute;
}
