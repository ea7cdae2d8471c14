// Bundles src/ into dist/: cli.js, daemon.js and client.js, with one chunk for every dynamic import.
// `--release` also writes the type declarations and leaves nothing of older builds in dist/.
//
// A command that runs, or a second build, never sees half a dist/: chunks are named by their content and moved
// in first, the entries that name them last, each by rename. Old chunks stay a day for programs still running.

import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { lightBuiltins } from './build/light-builtins.mjs';
import { oneStartChunk } from './build/one-start-chunk.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
const isRelease = process.argv.includes('--release');
const KEEP_OLD_CHUNKS_MS = 24 * 3600 * 1000;

const bundles = [
  { entry: 'src/cli/main.ts', as: 'cli', plugins: [lightBuiltins], start: 'src/cli/command-line.ts' },
  { entry: 'src/daemon/main.ts', as: 'daemon', plugins: [lightBuiltins], start: 'src/daemon/daemon.ts' },
  { entry: 'src/agents/claude/headless/main.ts', as: 'headless' },
  { entry: 'src/agents/claude/budget-gate.ts', as: 'budget-gate' },
  { entry: 'src/client/index.ts', as: 'client' },
];

/** CommonJS dependencies call require(), which an ES module does not have. Made only when called: node:module takes a megabyte. */
function withRequire(text) {
  if (!text.includes('typeof require')) return text;
  return `const require=(name)=>process.getBuiltinModule("node:module").createRequire(import.meta.url)(name);\n${text}`;
}

/**
 * V8 keeps a file in which one character is not Latin-1 at two bytes for each. esbuild escapes strings; regular
 * expressions it leaves as they are. (Comments are gone, and no template is tagged.)
 */
function escaped(text) {
  return text.replace(/[\u0080-\uffff]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

async function bundle({ entry, as, plugins = [], start }, outdir) {
  const options = {
    absWorkingDir: root,
    entryPoints: { [as]: entry },
    outdir,
    bundle: true,
    splitting: true,
    write: false,
    format: 'esm',
    platform: 'node',
    target: 'node22',
    chunkNames: `${as}/[name]-[hash]`,
    // Names stay as they are: stack traces are read by people, and keepNames would cost time at start.
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: 'none',
    logLevel: 'warning',
    plugins,
  };
  const together = start === undefined ? [] : [await oneStartChunk(options, start)];
  const { outputFiles } = await build({ ...options, plugins: [...together, ...plugins] });
  for (const { path, text } of outputFiles) {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, withRequire(escaped(text)));
  }
  return outputFiles.map(({ path }) => relative(outdir, path));
}

async function moveIn(outdir, files) {
  const isEntry = (file) => dirname(file) === '.';
  for (const file of [...files.filter((f) => !isEntry(f)), ...files.filter(isEntry)]) {
    await mkdir(dirname(join(dist, file)), { recursive: true });
    await rename(join(outdir, file), join(dist, file));
  }
}

async function removeOldChunks(current) {
  const oldest = Date.now() - (isRelease ? 0 : KEEP_OLD_CHUNKS_MS);
  const files = await readdir(dist, { recursive: true });
  for (const file of files) {
    if (!file.endsWith('.js') || current.includes(file)) continue;
    const info = await stat(join(dist, file)).catch(() => undefined);
    if (info?.isFile() && info.mtimeMs < oldest) await rm(join(dist, file), { force: true });
  }
}

function writeDeclarations() {
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  execFileSync(process.execPath, [tsc, '-p', 'scripts/build/tsconfig.json'], { cwd: root, stdio: 'inherit' });
}

const startedAt = performance.now();
const present = bundles.filter(({ entry }) => existsSync(join(root, entry)));
for (const { entry } of bundles.filter((b) => !present.includes(b)))
  console.error(`skipped: there is no ${entry} yet`);

const outdir = await mkdtemp(join(root, 'dist.tmp-'));
try {
  await mkdir(dist, { recursive: true });
  const files = (await Promise.all(present.map((each) => bundle(each, outdir)))).flat();
  await moveIn(outdir, files);
  await removeOldChunks(files);
  if (isRelease) writeDeclarations();
  console.error(
    `built ${present.map(({ as }) => `dist/${as}.js`).join(', ')} in ${Math.round(performance.now() - startedAt)} ms`,
  );
} catch (error) {
  // esbuild has already printed where it went wrong.
  if (!error?.errors) throw error;
  process.exitCode = 1;
} finally {
  await rm(outdir, { recursive: true, force: true });
}
