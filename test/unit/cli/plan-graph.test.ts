import stringWidth from 'string-width';
import { expect, it } from 'vitest';
import { PLAIN } from '../../../src/cli/render/palette.ts';
import { renderGraph } from '../../../src/cli/render/plan-graph.ts';
import { readPlan } from '../../../src/config/plan/read-plan.ts';

const look = (width: number) => ({ palette: PLAIN, width, forPeople: true, none: '–' });
const draw = (text: string, width = 80): string => renderGraph(readPlan({ text, path: '/srv/release.yaml', file: 'release.yaml' }), look(width));

it('stages stand one below the other, each task with what it waits for', () => {
  const text = `max_parallel: 2
tasks:
  build: {run: npm run build, agent: coder}
  lint: {run: [npm, run, lint]}
  review: {prompt: Review what changed, agent: reviewer, depends_on: [build, lint]}
  publish: {run: ./publish.sh, depends_on: [review], timeout: 10m, retries: 2, optional: true}
`;
  expect(draw(text)).toBe(`release: 4 tasks in 3 stages, parallel, at most 2 at once

   TASK     AFTER          BY        DOES
1  build    –              coder     npm run build
   lint     –              –         npm run lint
↓
2  review   ← build, lint  reviewer  "Review what changed"
↓
3  publish  ← review       –         ./publish.sh · at most 10m · 2 retries · m…
`);
});

it('many names are counted, long texts are cut, and no line is longer than the terminal', () => {
  const names = Array.from({ length: 12 }, (_, i) => `shard-${i + 1}`);
  const tasks = names.map((name) => `  ${name}: {run: "echo ${'x'.repeat(200)}"}`).join('\n');
  const drawn = draw(`tasks:\n${tasks}\n  sum: {run: "cat\\e[31m", depends_on: [${names.join(', ')}]}\n`);
  expect(drawn).toContain('← shard-1, shard-2 and 10 more');
  expect(drawn).not.toContain('\u001B');
  expect(Math.max(...drawn.split('\n').map((line) => stringWidth(line)))).toBeLessThanOrEqual(80);
});
