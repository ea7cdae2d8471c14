import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { DEFAULT_SETTINGS } from '../../../../src/config/settings-defaults.ts';
import { faultsOf, read } from './read.ts';

const one = (text: string, around = {}) => {
  const [agent] = read(`agents:\n  a: ${text}\n`, around).agents;
  if (agent === undefined) throw new Error('no agent');
  return agent;
};

describe('an entry', () => {
  test('that says everything becomes an agent with units as numbers', () => {
    const { declaredAs, ...agent } = one(`
    type: claude-code
    command: [claude, --verbose]
    cwd: app
    env: {PORT: 8080, VERSION: 1.10, DEBUG: true, NOTHING: }
    env_file: [a.env, b.env]
    prompt_file: app/prompt.md
    model: opus
    permission_mode: plan
    role: backend
    labels: {team: core, v: 1.10}
    capabilities: [review]
    restart: always
    max_restarts: 5
    health: {http: "http://127.0.0.1:8080/", interval: 5s}
    limits: {memory: 2GB, cpu: 1.5, timeout: 1h30m}
    hooks: [{on: failed, run: ./tell.sh}, {on: [ready, agent.ended], run: x, timeout: 2s}]`, {
      files: { 'app/prompt.md': 'Fix the tests.\n', 'a.env': 'ONE=1\nTWO=a\n', 'b.env': "TWO='b c'\nPORT=1\n" },
    });
    expect(declaredAs).toMatch(/^[0-9a-f]{24}$/);
    expect(path.basename(agent.cwd)).toBe('app');
    expect({ ...agent, cwd: '' }).toMatchSnapshot();
  });

  test('that says nothing is a claude-code agent in the folder of the file', () => {
    const project = read('agents: {coder: }');
    expect(project.agents).toMatchObject([{ name: 'coder', type: 'claude-code', command: [], cwd: project.folder, health: { probe: { kind: 'none' } } }]);
  });

  test('a command line runs in sh -c, a list as it is; both make a worker', () => {
    expect(one('{command: "a | b"}')).toMatchObject({ type: 'worker', command: ['sh', '-c', 'a | b'] });
    expect(one('{command: [a, "b c"]}')).toMatchObject({ type: 'worker', command: ['a', 'b c'] });
  });

  test.each([
    ['{tcp: 5432}', { kind: 'tcp', host: '127.0.0.1', port: 5432 }],
    ['{tcp: "db.local:5432"}', { kind: 'tcp', host: 'db.local', port: 5432 }],
    ['{tcp: "[::1]:80"}', { kind: 'tcp', host: '::1', port: 80 }],
    ['{command: test -f ready}', { kind: 'command', command: 'test -f ready' }],
    ['{heartbeat: 90}', { kind: 'heartbeat', everyMs: 90_000 }],
  ])('health %s', (health, probe) => {
    expect(one(`{command: x, health: ${health}}`).health).toEqual({ probe, intervalMs: 30_000 });
  });

  test('when checkpoints are made by themselves', () => {
    expect(one('{checkpoint: {every: 10m, turns: 5}}').checkpoint).toEqual({ everyMs: 600_000, turns: 5 });
    expect(one('{command: x, checkpoint: {}}').checkpoint).toEqual({ everyMs: null, turns: null });
    expect(one('{command: x}')).not.toHaveProperty('checkpoint');
    expect(faultsOf('agents: {a: {command: x, checkpoint: {turns: 5}}}')).toEqual([expect.stringContaining('1:46 agents.a: an agent of type worker has no turns')]);
    expect(read('{defaults: {checkpoint: {turns: 5}}, agents: {a: {command: x}}}').agents).toMatchObject([{ checkpoint: { turns: 5 } }]);
  });

  test('the settings hold where neither entry nor defaults say otherwise', () => {
    const { agent } = DEFAULT_SETTINGS;
    const defaults = { ...agent, restart: { ...agent.restart, policy: 'always', maxRestarts: 9 }, limits: { ...agent.limits, memoryBytes: 7 } } as const;
    expect(one('{command: x, max_restarts: 2}', { defaults })).toMatchObject({ restart: { policy: 'always', maxRestarts: 2 }, limits: { memoryBytes: 7 } });
  });
});

describe('defaults', () => {
  const text = `
defaults: {env: {A: 1, B: 1}, labels: {x: y}, limits: {memory: 1GB}, capabilities: [c], restart: always, model: opus, health: {http: "http://h/", interval: 9s}}
agents:
  a: {command: x}
  b: {command: x, env: {B: 2}, limits: {cpu: 1}, capabilities: [d], restart: "no", health: {tcp: 1}}
  c: {}
`;
  test('are joined key by key, lists are replaced, another probe replaces theirs', () => {
    const [a, b, c] = read(text).agents;
    expect(a).toMatchObject({ env: { A: '1', B: '1' }, restart: { policy: 'always' }, health: { probe: { kind: 'http' }, intervalMs: 9000 } });
    expect(b).toMatchObject({
      env: { A: '1', B: '2' },
      labels: { x: 'y' },
      limits: { memoryBytes: 2 ** 30, cpu: 1 },
      capabilities: ['d'],
      restart: { policy: 'no' },
      health: { probe: { kind: 'tcp' }, intervalMs: 9000 },
    });
    expect([a?.model, c?.model]).toEqual([null, 'opus']);
  });
});

describe('variables', () => {
  test('the file wins over the environment, and that over .env', () => {
    const text = 'variables: {A: file, D: "${B}-${A}"}\nagents: {a: {command: [x, "${A}", "${B}", "${C}", "${D}"]}}';
    const around = { env: { A: 'env', B: 'env' }, files: { '.env': 'A=dot\nB=dot\nC=dot\n' } };
    expect(read(text, around).agents[0]?.command).toEqual(['x', 'file', 'env', 'dot', 'env-file']);
  });

  test('a variable may let the environment have a say', () => {
    const text = 'variables: {PORT: "${PORT:-80}"}\nagents: {a: {command: [x, "${PORT}"]}}';
    expect(read(text).agents[0]?.command[1]).toBe('80');
    expect(read(text, { env: { PORT: '81' } }).agents[0]?.command[1]).toBe('81');
  });

  test('numbers may come from variables', () => {
    const text = 'variables: {N: 2, M: 512MB}\nagents: {a: {command: x, instances: "${N}", limits: {memory: "${M}"}, max_restarts: "${N}"}}';
    expect(read(text).agents).toMatchObject([{ name: 'a-1', limits: { memoryBytes: 2 ** 29 }, restart: { maxRestarts: 2 } }, { name: 'a-2' }]);
  });
});

describe('instances', () => {
  test('get their number, in the entry and in the defaults', () => {
    const text = 'defaults: {env: {PORT: "808${INSTANCE:-0}"}}\nagents: {w: {command: "run ${INSTANCE}", instances: 3}}';
    expect(read(text).agents.map(({ name, command, env }) => [name, command[2], env['PORT']])).toEqual([
      ['w-1', 'run 1', '8081'],
      ['w-2', 'run 2', '8082'],
      ['w-3', 'run 3', '8083'],
    ]);
  });

  test('are all needed by who depends on the entry, and come first', () => {
    const text = 'agents: {a: {command: x, depends_on: {w: started}}, w: {command: x, instances: 2}}';
    expect(read(text).agents.map(({ name, needs }) => [name, needs.map((need) => need.name)])).toEqual([
      ['w-1', []],
      ['w-2', []],
      ['a', ['w-1', 'w-2']],
    ]);
  });

  test('may not take the name of another agent', () => {
    expect(faultsOf('agents:\n  w: {command: x, instances: 2}\n  w-2: {command: x}')).toEqual([
      '3:3 w-2 and w both make an agent called w-2 (rename one of them)',
    ]);
  });
});

describe('what an agent is declared as', () => {
  const base = 'project: p\nagents: {a: {command: x, env: {A: 1, B: 2}}, b: {command: y}}';
  const hash = (text: string, around = {}): string | undefined => read(text, { ...around }).agents.find(({ name }) => name === 'a')?.declaredAs;
  const at = (folderless: string): string => folderless.replace('{command', '{cwd: /, command');

  test('stays the same for another order, spelling or dependency', () => {
    const expected = hash(at(base));
    expect(hash(at('project: p\nagents: {a: {command: x, env: {B: 2, A: 1}}}'))).toBe(expected);
    expect(hash(at('project: p\nvariables: {V: x}\nagents: {b: {command: z}, a: {command: "${V}", env: {B: 2, A: 1}, depends_on: [b]}}').replace('a: {command', 'a: {cwd: /, command'))).toBe(expected);
    expect(hash(at('project: p\ndefaults: {env: {A: 1}}\nagents: {a: {command: x, env: {B: 2}}}'))).toBe(expected);
  });

  test.each([
    ['another command', base.replace('command: x', 'command: z')],
    ['another value', base.replace('A: 1', 'A: 3')],
    ['one more field', base.replace('{command: x,', '{command: x, restart: always,')],
    ['a limit', base.replace('{command: x,', '{command: x, limits: {cpu: 1},')],
    ['another project', base.replace('project: p', 'project: q')],
  ])('changes with %s', (_, text) => {
    expect(hash(at(text))).not.toBe(hash(at(base)));
  });

  test('changes with what an env_file or a prompt_file holds', () => {
    const text = 'agents: {a: {type: claude-code, cwd: /, env_file: e, prompt_file: p}}\nproject: p';
    const hashes = [['A=1', 'hi'], ['A=2', 'hi'], ['A=1', 'ho']].map(([e = '', p = '']) => hash(text, { files: { e, p } }));
    expect(new Set(hashes).size).toBe(3);
  });
});

describe('faults', () => {
  test('of all kinds are told at once, each at its place', () => {
    expect(
      faultsOf(`projct: shop
variables: {TOKEN: "\${NOPE}"}
agents:
  web:
    comand: node server.js
    restart: sometimes
    limits: {memory: lots, cpu: -1, timeout: soon}
    depends_on: {dbb: healthy}
  db:
    type: wrker
    command: sleep 1
    cwd: nowhere
    env_file: [no.env]
    prompt_file: none.md
  a b: {command: x}
  one: {command: x, depends_on: [two]}
  two: {command: x, depends_on: [three], health: {http: ftp://x, tcp: 1}}
  three: {command: "\${UNSET}", depends_on: [one]}
  list: [1]
  self: {command: x, depends_on: [self]}
  hooked: {command: x, hooks: [{on: faild, run: x}, {on: failed}]}
  idle: {type: worker}
  modal: {permission_mode: plann}
`),
    ).toMatchSnapshot();
  });

  test('of YAML itself', () => {
    expect(faultsOf('agents:\n  a: {command: x\n  b: 1\n')).toMatchSnapshot('unclosed');
    expect(faultsOf('agents:\n\ta: 1\n')).toMatchSnapshot('tab');
    expect(faultsOf('agents: {a: {command: x}, a: {command: y}}')).toMatchSnapshot('twice');
    expect(faultsOf('agents: {a: *nothing}')).toMatchSnapshot('alias');
  });

  test.each([
    ['', '1:1 agents is missing (a map of names to agents belongs there)'],
    ['[]', '1:1 the file: a list where a map with agents: in it belongs ()'],
    ['agents: {}', '1:9 there is no agent under agents: (add one, for example web: {command: node server.js})'],
    ['agents: 5', '1:9 agents: a number where a map of names to agents belongs ()'],
  ])('of the file %j', (text, fault) => {
    expect(faultsOf(text)[0]).toBe(fault);
  });

  test.each([
    ['{command: x, health: {tcp: 1, http: "http://x/"}}', 'agents.a.health: a map names http and tcp (keep one of http, tcp)'],
    ['{command: x, health: {tcp: "x:99999"}}', 'agents.a.health.tcp: "x:99999" is no address (host:port, for example 127.0.0.1:5432, or the port alone)'],
    ['{command: x, env: {1A: x}}', '"1A" in agents.a.env is no name for a variable (letters, digits and _, beginning with no digit)'],
    ['{command: x, env: {MUXWARD_X: x}}', 'agents.a: MUXWARD_X is set by muxward itself (choose a name that does not begin with MUXWARD_)'],
    ['{command: x, instances: 0}', 'agents.a.instances: "0" is no number that fits here (a whole number from 1 to 1000)'],
    ['{command: x, prompt: hi}', 'agents.a: an agent of type worker takes no prompt (it is for claude-code and terminal templates: say which with type:)'],
    ['{prompt: hi, prompt_file: f}', 'agents.a: there is a prompt: too (keep one of prompt and prompt_file)'],
    ['{command: []}', 'agents.a.command: a list is empty (a command line such as "node server.js", or a list such as [node, server.js])'],
    ['{command: x, depends_on: {b: healthy}}', 'a waits for b to be healthy, but b has no health check (give b a health:, or depend on it as started)'],
    ['{command: x, depends_on: {b: completed}}', 'a waits for b to complete, but b is restarted always (give b restart: on-failure or no)'],
  ])('of %s', (entry, fault) => {
    const found = faultsOf(`agents:\n  a: ${entry}\n  b: {command: x, restart: always}`, { files: { f: 'x' } });
    expect(found.map((each) => each.replace(/^\d+:\d+ /, ''))).toEqual([fault]);
  });

  test('never show what a variable holds', () => {
    const text = 'agents: {a: {command: x, restart: "${SECRET}", limits: {memory: "${SECRET}"}, type: "${SECRET}", permission_mode: "${SECRET}"}}';
    const found = faultsOf(text, { env: { SECRET: 'hunter2' } });
    expect(found.length).toBeGreaterThan(1);
    expect(found.join('\n')).not.toContain('hunter2');
    const later = faultsOf('agents: {a: {type: "${SECRET}"}, b: {permission_mode: "${SECRET}"}}', { env: { SECRET: 'hunter2' } });
    expect(later).toHaveLength(2);
    expect(later.join('\n')).not.toContain('hunter2');
  });

  test('of a malformed environment file name its line and no value', () => {
    const found = faultsOf('agents: {a: {command: x, env_file: e}}', { files: { e: '# c\nA=1\n\nhunter2 is the password\n' } });
    expect(found).toEqual(['1:36 agents.a: line 4 of e is no NAME=value (write NAME=value, or # before a comment)']);
  });
});

describe('YAML', () => {
  test('anchors and merges work, and what is wrong in them is found where it stands', () => {
    const text = 'x-common: &c {command: x, restart: always}\nagents:\n  a: {<<: *c}\n  b: {<<: *c, restart: "no"}\n';
    expect(read(text).agents).toMatchObject([{ restart: { policy: 'always' } }, { restart: { policy: 'no' } }]);
    expect(faultsOf(text.replace('always', 'allways'))).toEqual([
      '1:36 agents.a.restart: "allways" is not known (did you mean always? One of no, on-failure, always)',
    ]);
  });

  test('no and on are texts', () => {
    expect(one('{command: x, restart: no, hooks: [{on: ready, run: x}]}')).toMatchObject({ restart: { policy: 'no' }, hooks: [{ on: ['ready'] }] });
  });
});

describe('for names only', () => {
  test('unset variables, missing files and other faults do not matter', () => {
    const text = 'project: p\nagents:\n  a: {command: "${T:?}", cwd: nowhere, env_file: no, typo: 1, depends_on: {b: healthy}, instances: 2}\n  b: {limits: 5}\n';
    const project = read(text, { namesOnly: true });
    expect(project.agents.map(({ name }) => name)).toEqual(['b', 'a-1', 'a-2']);
    expect(project.name).toBe('p');
  });

  test('a wrong dependency still does', () => {
    expect(faultsOf('agents: {a: {depends_on: [x]}}', { namesOnly: true })).toHaveLength(1);
  });
});
