/** Collects the faults of one file, each once however many instances of an agent have it. */
import type { Fault } from '../faults.ts';
import type { Path, PositionedYaml } from '../yaml/positioned-yaml.ts';

export class FaultBook {
  readonly #faults = new Map<string, Fault>();
  /** Places of which enough is said. */
  readonly #settled = new Set<string>();
  readonly #document: PositionedYaml;

  constructor(document: PositionedYaml) {
    this.#document = document;
  }

  get all(): Fault[] {
    return [...this.#faults.values()];
  }

  keep(faults: readonly Fault[]): void {
    for (const fault of faults) {
      if (!this.#settled.has(placeOf(fault))) this.#faults.set(`${placeOf(fault)}:${fault.message}`, fault);
    }
  }

  /** A fault that makes all later ones at the same place void: a value whose variable is not set is not also empty. */
  settle(path: Path, message: string, hint: string | null): void {
    this.add(path, message, hint);
    this.#settled.add(placeOf(this.#document.faultAt(path, message, hint)));
  }

  /** A fault at `path`; where the file says nothing there, at the name of what lacks it. */
  add(path: Path, message: string, hint: string | null, part: 'key' | 'value' = 'value'): void {
    this.keep([this.#document.faultAt(path, message, hint, part)]);
  }
}

function placeOf({ file, line, column }: Fault): string {
  return `${file}:${line}:${column}`;
}
