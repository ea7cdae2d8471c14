// The layers of ARCHITECTURE.md, as rules. test/unit/architecture.test.ts holds src/ to them.

const LAYERS = {
  core: [],
  config: ['core'],
  daemon: 'all but cli, mcp',
  api: ['core', 'config'],
  client: ['core'],
  cli: ['core', 'config', 'client'],
  mcp: ['core', 'client'],
};
const PARTS = ['tmux', 'store', 'agents', 'health', 'checkpoints', 'worktrees', 'bus', 'tasks', 'insight', 'cluster'];
LAYERS.system = ['core'];
for (const part of PARTS) LAYERS[part] = ['core', 'config', 'system'];
LAYERS.daemon = Object.keys(LAYERS).filter((layer) => !['cli', 'mcp', 'daemon'].includes(layer));

const layerRules = Object.entries(LAYERS).map(([layer, allowed]) => ({
  name: `layer-${layer}`,
  severity: 'error',
  comment: `src/${layer} may import from ${allowed.map((other) => `src/${other}`).join(', ') || 'nothing else of src'}`,
  from: { path: `^src/${layer}/` },
  to: { path: '^src/', pathNot: `^src/(${[layer, ...allowed].join('|')})/` },
}));

/** Programs that start the others, or that users import: nothing in src/ needs to import them. */
const ENTRIES = '^src/(cli|daemon|mcp)/main[.]ts$|^src/client/index[.]ts$';

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...layerRules,
    {
      name: 'known-layer',
      severity: 'error',
      comment: 'every module belongs to one of the layers: name a new one here and in ARCHITECTURE.md',
      from: { path: '^src/', pathNot: `^src/(${Object.keys(LAYERS).join('|')})/` },
      to: {},
    },
    {
      name: 'light-command-line',
      severity: 'error',
      comment: 'each costs the command line 10 ms or more: ask the daemon for what they do (where there is none, it is slow anyway)',
      from: { path: '^src/(cli|client)/', pathNot: '^src/cli/daemon-start[.]ts$' },
      to: {
        path: 'node_modules/(execa|zod|chokidar|pidusage|proper-lockfile|fastify|pino|ioredis|bullmq)/',
        dependencyTypesNot: ['dynamic-import'],
      },
    },
    {
      name: 'not-to-test',
      severity: 'error',
      comment: 'the product does not depend on its tests or scripts',
      from: { path: '^src/' },
      to: { path: '^(test|scripts)/' },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      comment: 'modules that import each other cannot be understood or tested one by one',
      from: { path: '^src/' },
      to: { circular: true },
    },
    {
      name: 'no-orphans',
      severity: 'error',
      comment: 'nothing imports this module and it imports nothing: remove it, or use it',
      from: { orphan: true, path: '^src/', pathNot: ENTRIES },
      to: {},
    },
    {
      name: 'resolvable',
      severity: 'error',
      comment: 'the import leads nowhere',
      from: { path: '^src/' },
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
