/** Faults of configuration files: where, what, and what would be right. How they are found is left to the readers. */
import { MuxwardError } from '../core/errors.ts';

/** One fault. Lines and columns count from 1, as editors do. */
export interface Fault {
  /** As the user would write it. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
  /** The valid choices, or what to do; null where the message says it all. */
  readonly hint: string | null;
}

/** All faults of a file at once: exit status 2, before anything was done. */
export class InvalidConfig extends MuxwardError {
  readonly faults: readonly Fault[];

  /** @param faults at least one */
  constructor(faults: readonly Fault[]) {
    const sorted = faults.toSorted((a, b) => a.line - b.line || a.column - b.column);
    const [first] = sorted;
    if (first !== undefined && sorted.length === 1) {
      super('invalid-config', describeFault(first), first.hint === null ? {} : { hint: first.hint });
    } else {
      const lines = sorted.map((fault) => `\n  ${describeFault(fault)}${fault.hint === null ? '' : `\n      ${fault.hint}`}`);
      super('invalid-config', `${first?.file ?? 'configuration'} has ${sorted.length} faults:${lines.join('')}`, {
        hint: 'nothing was done; mend these and try again',
      });
    }
    this.faults = sorted;
  }
}

/** `muxward.yaml:4:11: unknown key "comand" in agents.web`. */
function describeFault({ file, line, column, message }: Fault): string {
  return `${file}:${line}:${column}: ${message}`;
}
