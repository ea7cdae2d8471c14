/**
 * The entry of the command line: checks Node's version, turns the compile cache on and hands over to command-line.ts,
 * which is loaded through that cache. Nothing else may be imported here: it would be compiled at every start.
 */

// Not imported: what this file shares with others would be one more file to load.
const fs = process.getBuiltinModule('node:fs');
const path = process.getBuiltinModule('node:path');

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 22)) {
  const what = `Node ${process.versions.node} is too old for muxward`;
  const hint = 'install Node 22.22 or newer, or set MUXWARD_NODE to one';
  const isJson = process.argv.includes('--json');
  fs.writeSync(2, isJson ? `${JSON.stringify({ error: { code: 'failed', message: what, hint } })}\n` : `✘ ${what}\n  hint: ${hint}\n`);
  process.exit(1);
}

/** Built it is dist/cli.js, from source src/cli/main.ts. */
const folder = import.meta.dirname;
const installation = path.basename(folder) === 'dist' ? path.dirname(folder) : path.resolve(folder, '../..');

// Beside the program, so that one cache serves all homes; where that cannot be written, in the user's own.
const { enableCompileCache, constants } = process.getBuiltinModule('node:module');
const { status } = enableCompileCache(path.join(installation, 'node_modules/.cache/muxward'));
if (status === constants.compileCacheStatus.FAILED) {
  const userCache = process.env['XDG_CACHE_HOME'] || path.join(process.env['HOME'] ?? '/nonexistent', '.cache');
  enableCompileCache(path.join(userCache, 'muxward'));
}

const { commandLine } = await import('./command-line.ts');
await commandLine(process.argv.slice(2), installation);
