// An esbuild plugin that makes Node's own modules cheap to import.
//
// `import … from 'node:http'` costs more than it seems: an ES import reads every export of the module, and many are
// getters that load more (http: WebSocket and so all of undici, 25 ms; process: the standard streams, 4 ms; fs and
// util: 2 ms each). process.getBuiltinModule() hands over the same module and reads nothing of it.

import { readFile } from 'node:fs/promises';

/**
 * What a file of ours imports of a builtin by name; undefined where it takes all of it (`* as`, `require`). Only that is
 * copied: merely to look at a module's other exports, as esbuild's own copying does, loads what they stand for (util:
 * worker_threads and more, 1 MB).
 */
function namesImported(text, name) {
  const clauses = [...text.matchAll(new RegExp(`^import ([^;]*?) from ['"]${name}['"]`, 'gm'))].map(([, clause]) => clause);
  const mentions = text.match(new RegExp(`['"]${name}['"]`, 'g')) ?? [];
  if (clauses.length !== mentions.length || clauses.some((clause) => clause.includes('*'))) return undefined;
  const values = clauses.filter((clause) => !clause.startsWith('type '));
  const braced = values.flatMap((clause) => /\{([^}]*)\}/.exec(clause)?.[1].split(',') ?? []);
  const named = braced.map((each) => each.trim()).filter((each) => each !== '' && !each.startsWith('type '));
  const whole = values.some((clause) => /^\w/.test(clause)) ? ['default'] : [];
  return [...whole, ...new Set(named.map((each) => each.split(' as ')[0]))];
}

const someOf = (name, names) =>
  names
    .map((each) => {
      const value = `process.getBuiltinModule(${JSON.stringify(name)})`;
      return each === 'default' ? `export default ${value};` : `export const { ${each} } = ${value};`;
    })
    .join('\n');

const viaGetBuiltin = (name) => `module.exports = process.getBuiltinModule(${JSON.stringify(name)});`;

// For commander only, which loads child_process (3 ms) for executable subcommands that muxward has none of.
const atFirstUse = (name) =>
  `module.exports = new Proxy({}, { get: (_, key) => process.getBuiltinModule(${JSON.stringify(name)})[key] });`;

const isCommander = (importer) => /[\\/]node_modules[\\/]commander[\\/]/.test(importer);

export const lightBuiltins = {
  name: 'light-builtins',
  setup({ onResolve, onLoad }) {
    // `await import('node:http')` is about its exports by name, which only the real module has.
    onResolve({ filter: /^node:/ }, ({ path, kind }) => (kind === 'dynamic-import' ? { path, external: true } : undefined));
    onResolve({ filter: /^node:/ }, async ({ path, importer }) => {
      if (path === 'node:child_process' && isCommander(importer)) return { path, namespace: 'builtin-at-first-use' };
      const names = /[\\/]src[\\/].*[.]ts$/.test(importer) ? namesImported(await readFile(importer, 'utf8'), path) : undefined;
      if (names === undefined) return { path, namespace: 'builtin' };
      return { path: `${path} ${names.join(' ')}`, namespace: 'builtin-names' };
    });
    onLoad({ filter: /.*/, namespace: 'builtin-names' }, ({ path }) => {
      const [name, ...names] = path.split(' ');
      return { contents: someOf(name, names), loader: 'js' };
    });
    onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({
      contents: viaGetBuiltin(path),
      loader: 'js',
    }));
    onLoad({ filter: /.*/, namespace: 'builtin-at-first-use' }, ({ path }) => ({
      contents: atFirstUse(path),
      loader: 'js',
    }));
  },
};
