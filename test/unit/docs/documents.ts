/** The project's documents and what stands in them, for the tests that hold them to the product. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../..', import.meta.url));

export interface Document {
  /** Relative to the project. */
  readonly file: string;
  readonly text: string;
}

/** All Markdown files at the top and in docs/. */
export function documents(): Document[] {
  const isMarkdown = (file: string): boolean => file.endsWith('.md');
  const files = [...readdirSync(root).filter(isMarkdown), ...readdirSync(path.join(root, 'docs')).filter(isMarkdown).map((file) => `docs/${file}`)];
  return files.map(read);
}

export function read(file: string): Document {
  return { file, text: readFileSync(path.join(root, file), 'utf8') };
}

/** The rows of the first table behind a heading, cells without their backquotes. */
export function tableUnder(text: string, heading: string): string[][] {
  const after = text.split('\n').slice(text.split('\n').indexOf(heading) + 1);
  const start = after.findIndex((line) => line.startsWith('|'));
  const rows = after.slice(start + 2);
  const end = rows.findIndex((line) => !line.startsWith('|'));
  return rows.slice(0, end).map((row) => row.split(/(?<!\\)\|/).slice(1, -1).map((cell) => cell.replaceAll('`', '').trim()));
}
