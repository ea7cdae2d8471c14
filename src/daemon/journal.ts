/** Reads `run/<agent>/journal`, where the wrapper appends what it did: the truth about the time when no daemon listened. */
import fs from 'node:fs';
import path from 'node:path';
import { parseWrapperReport, type WrapperReport } from '../core/wrapper-report.ts';

/**
 * All reports in order; an unreadable or missing journal is an empty one. A line cut short (a full disk) is passed over,
 * and the whole one that was appended right behind it is not.
 */
export function readJournal(file: string): WrapperReport[] {
  let text: string;
  try {
    text = fs.readFileSync(file, 'utf8');
  } catch {
    return [];
  }
  const name = path.basename(path.dirname(file));
  return text.split('\n').flatMap((line) => parseWrapperReport(line) ?? reportAtEnd(line, name) ?? []);
}

/** The status with which that generation ended, if the wrapper saw it. */
export function lastEndIn(file: string, generation: number): number | undefined {
  const end = readJournal(file).findLast((report) => report.kind === 'ended' && report.generation === generation);
  return end?.kind === 'ended' ? end.status : undefined;
}

function reportAtEnd(line: string, name: string): WrapperReport | undefined {
  for (let at = line.indexOf(`${name} `, 1); at > 0; at = line.indexOf(`${name} `, at + 1)) {
    const report = parseWrapperReport(line.slice(at));
    if (report) return report;
  }
  return undefined;
}
