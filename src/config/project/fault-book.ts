/** Collects the faults of one file, each once however many instances of an agent have it. */
import type { Fault } from '../faults.ts';
import type { Path, PositionedYaml } from '../yaml/positioned-yaml.ts';

export class FaultBook {
  readonly #faults = new Map<string, Fault>();
  readonly #document: PositionedYaml;

  constructor(document: PositionedYaml) {
    this.#document = document;
  }

  get all(): Fault[] {
    return [...this.#faults.values()];
  }

  keep(faults: readonly Fault[]): void {
    for (const fault of faults) this.#faults.set(`${fault.file}:${fault.line}:${fault.column}:${fault.message}`, fault);
  }

  /** A fault at `path`; where the file says nothing there, at the name of what lacks it. */
  add(path: Path, message: string, hint: string | null, part: 'key' | 'value' = 'value'): void {
    this.keep([this.#document.faultAt(path, message, hint, part)]);
  }
}
