/** The one place where an error becomes a text and an exit status. */
import { EXIT, MuxwardError, type ErrorBody } from '../core/errors.ts';
import { OutputClosed, writeErr } from './output.ts';

export interface ReportSettings {
  readonly json: boolean;
  readonly color: boolean;
  readonly command: string;
  /** Where the log of a bug is written. */
  readonly home: string | undefined;
}

/** Tells the error on standard error and gives the exit status that it leads to. */
export async function reportError(error: unknown, settings: ReportSettings): Promise<number> {
  if (error instanceof OutputClosed) return EXIT.ok;
  if (error instanceof MuxwardError && error.code !== 'bug') {
    writeErr(renderError(error.toBody(), settings));
    return error.exitCode;
  }
  const { writeBugLog } = await import('./bug-log.ts');
  const log = writeBugLog(settings.home, settings.command, error);
  const message = `a bug in muxward: ${error instanceof Error ? error.message : String(error)}`;
  const hint = log === undefined ? 'please report it' : `please report it with ${log}`;
  writeErr(renderError({ code: 'bug', message, hint }, settings));
  return EXIT.bug;
}

/** `✘ what` and `  hint: what to do`, or with `--json` the object that the wire has too. */
export function renderError(body: ErrorBody, { json, color }: Pick<ReportSettings, 'json' | 'color'>): string {
  if (json) return `${JSON.stringify({ error: { ...body, hint: body.hint ?? null } })}\n`;
  const paint = (code: number, text: string): string => (color ? `\u001B[${code}m${text}\u001B[0m` : text);
  const hint = body.hint === undefined ? '' : `  ${paint(2, 'hint:')} ${indent(body.hint)}\n`;
  return `${paint(31, '✘')} ${indent(body.message)}\n${hint}`;
}

function indent(text: string): string {
  return text.trimEnd().replaceAll('\n', '\n    ');
}
