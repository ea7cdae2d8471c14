import { defineConfig } from 'vitest/config';

const suite = (name: string) => ({
  extends: true as const,
  test: { name, include: [`test/${name}/**/*.test.ts`] },
});

/** Its files share a worker and what it has loaded: a process for each would cost more than the tests. */
const unit = { ...suite('unit'), test: { ...suite('unit').test, isolate: false } };

/** On the real Claude Code, which starts slowly on a busy machine. */
const claude = {
  extends: true as const,
  test: {
    ...suite('claude').test,
    globalSetup: ['test/helpers/claude/global.ts'],
    testTimeout: 90_000,
    hookTimeout: 90_000,
  },
};

export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 20_000,
    hookTimeout: 20_000,
    teardownTimeout: 20_000,
    globalSetup: 'test/helpers/global.ts',
    projects: [unit, suite('integration'), suite('faults'), claude],
  },
});
