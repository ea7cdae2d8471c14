import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { lastEndIn, readJournal } from '../../../src/daemon/journal.ts';
import { temporaryFolder } from '../system/temp-folder.ts';

const root = temporaryFolder('journal');

function journalOf(agent: string, text: string): string {
  const folder = path.join(root, agent);
  mkdirSync(folder);
  writeFileSync(path.join(folder, 'journal'), text);
  return path.join(folder, 'journal');
}

it('passes over a line cut short, and keeps the whole one that was appended right behind it', () => {
  for (const name of ['web', 'd', 'started', 'ended-7']) {
    const cut = journalOf(name, `${name} 1 started 12 34\n${name} 1 ended 0\n${name} 2 star${name} 2 ended 7\n${name} 3 sta`);
    expect(readJournal(cut).map(({ kind, generation }) => `${kind} ${generation}`)).toEqual(['started 1', 'ended 1', 'ended 2']);
    expect([lastEndIn(cut, 2), lastEndIn(cut, 3)]).toEqual([7, undefined]);
  }
});

it('is empty where there is none', () => {
  expect(readJournal('/nowhere/web/journal')).toEqual([]);
});
