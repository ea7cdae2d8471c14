import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { cruise, type ICruiseResult } from 'dependency-cruiser';
import extractDepcruiseOptions from 'dependency-cruiser/config-utl/extract-depcruise-options';
import extractTSConfig from 'dependency-cruiser/config-utl/extract-ts-config';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

async function cruiseSource(): Promise<ICruiseResult> {
  const options = await extractDepcruiseOptions(`${root}.dependency-cruiser.cjs`);
  const transpile = { tsConfig: extractTSConfig(`${root}tsconfig.json`) };
  const { output } = await cruise(['src'], { ...options, baseDir: root }, undefined, transpile);
  if (typeof output === 'string') throw new Error('dependency-cruiser returned a report, not a result');
  return output;
}

function sourceFiles(): string[] {
  return readdirSync(`${root}src`, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  );
}

describe('the layers', async () => {
  const { modules, summary } = await cruiseSource();

  it('were read, every module of them, with their imports', () => {
    const read = modules.map(({ source }) => source).filter((source) => source.startsWith('src/'));
    expect(sourceFiles().length).toBeGreaterThan(0);
    expect(new Set(read)).toEqual(new Set(sourceFiles().map((file) => `src/${file}`)));
    expect(summary.totalDependenciesCruised ?? 0).toBeGreaterThan(0);
  });

  it('import only what .dependency-cruiser.cjs lets them', () => {
    const violations = summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`);
    expect(violations).toEqual([]);
  });
});
