import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { documents, read, root, type Document } from './documents.ts';

interface Link {
  readonly target: string;
  readonly anchor: string | undefined;
}

function linksIn(text: string): Link[] {
  const prose = text.replaceAll(/^```[\s\S]*?^```/gm, '');
  const targets = [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1] as string);
  return targets.filter((target) => !/^[a-z]+:/.test(target)).map((target) => {
    const [file = '', anchor] = target.split('#');
    return { target: file, anchor };
  });
}

/** As GitHub makes them of headings. */
function anchorsIn(text: string): string[] {
  const headings = [...text.matchAll(/^#+ (.+)$/gm)].map((match) => match[1] as string);
  return headings.map((heading) => heading.toLowerCase().replaceAll(/[^\p{L}\p{N}\- _]/gu, '').replaceAll(' ', '-'));
}

function brokenLinks({ file, text }: Document): string[] {
  return linksIn(text).flatMap(({ target, anchor }) => {
    const full = target === '' ? file : path.join(path.dirname(file), target);
    if (!existsSync(path.join(root, full))) return [`${file}: ${target}`];
    if (anchor === undefined || anchorsIn(read(full).text).includes(anchor)) return [];
    return [`${file}: ${target}#${anchor}`];
  });
}

describe('links between documents', () => {
  const all = documents();

  it('are found', () => {
    expect(all.map(({ file }) => file)).toEqual(expect.arrayContaining(['README.md', 'ARCHITECTURE.md', 'docs/cli.md']));
    expect(all.flatMap(({ text }) => linksIn(text)).length).toBeGreaterThan(20);
  });

  it('lead to a file, and to a heading in it', () => {
    expect(all.flatMap(brokenLinks)).toEqual([]);
  });
});
