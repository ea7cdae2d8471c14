// An esbuild plugin that makes Node's own modules cheap to import.
//
// `import … from 'node:http'` costs more than it seems: an ES import reads every export of the module, and many are
// getters that load more (http: WebSocket and so all of undici, 25 ms; process: the standard streams, 4 ms; fs and
// util: 2 ms each). process.getBuiltinModule() hands over the same module and reads nothing of it.

import { readFile } from 'node:fs/promises';

// Most files import a builtin as a whole: then not even its names have to be copied (0.6 ms for five modules).
const asDefault = (name) => `export default process.getBuiltinModule(${JSON.stringify(name)});`;

const importsOnlyDefault = (text, name) => {
  const imports = text.match(new RegExp(`from ['"]${name}['"]`, 'g')) ?? [];
  return imports.length === 1 && new RegExp(`^import \\w+ from ['"]${name}['"]`, 'm').test(text);
};

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
      const isOurs = /[\\/]src[\\/].*[.]ts$/.test(importer);
      const namespace = isOurs && importsOnlyDefault(await readFile(importer, 'utf8'), path) ? 'builtin-default' : 'builtin';
      return { path, namespace };
    });
    onLoad({ filter: /.*/, namespace: 'builtin-default' }, ({ path }) => ({
      contents: asDefault(path),
      loader: 'js',
    }));
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
