/** Reads `run/<agent>/journal`, where the wrapper appends what it did: the truth about the time when no daemon listened. */
import fs from 'node:fs';
import { parseWrapperReport, type WrapperReport } from '../core/wrapper-report.ts';

/** All reports in order; an unreadable or missing journal is an empty one, a line cut short is passed over. */
export function readJournal(file: string): WrapperReport[] {
  let text: string;
  try {
    text = fs.readFileSync(file, 'utf8');
  } catch {
    return [];
  }
  return text.split('\n').flatMap((line) => parseWrapperReport(line) ?? []);
}

/** The status with which that generation ended, if the wrapper saw it. */
export function lastEndIn(file: string, generation: number): number | undefined {
  const end = readJournal(file).findLast((report) => report.kind === 'ended' && report.generation === generation);
  return end?.kind === 'ended' ? end.status : undefined;
}
