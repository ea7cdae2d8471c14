// An esbuild plugin that keeps everything a command line needs at start in one file.
//
// With `splitting`, esbuild makes a chunk for every set of dynamic imports that reach a module: the modules that all
// commands share would come as fifteen small files, at 0.7 ms each to find and load. Here every dynamically imported
// module also imports the start module, so that all sets are the same, and there is one chunk.

import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { build } from 'esbuild';

/** `options`: of the build that it will be part of. `start`: the module whose static imports shall be one chunk. */
export async function oneStartChunk(options, start) {
  const root = options.absWorkingDir;
  const { metafile } = await build({ ...options, write: false, metafile: true, logLevel: 'silent' });
  const entries = Object.values(metafile.outputs).flatMap(({ entryPoint }) => (entryPoint ? [entryPoint] : []));
  const given = Object.values(options.entryPoints);
  const dynamic = new Set(entries.filter((entry) => entry !== start && !given.includes(entry)));
  return {
    name: 'one-start-chunk',
    setup({ onLoad }) {
      onLoad({ filter: /[.][jt]s$/ }, async ({ path }) => {
        if (!dynamic.has(relative(root, path))) return undefined;
        const text = await readFile(path, 'utf8');
        // A CommonJS module cannot import.
        if (!/^(import|export)\b/m.test(text)) return undefined;
        const loader = path.endsWith('.ts') ? 'ts' : 'js';
        return { contents: `import ${JSON.stringify(`${root}/${start}`)};\n${text}`, loader };
      });
    },
  };
}
