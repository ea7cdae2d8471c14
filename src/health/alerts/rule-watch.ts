/** For how long a rule's condition has held of each subject: turns looks into "raise" and "clear". Pure but for its memory. */
import type { Condition } from '../../core/alert-condition.ts';
import type { Holds } from './evaluate.ts';

/** `holds`: it is raised, and still so. */
export type Outcome = 'raise' | 'clear' | 'holds' | 'nothing';

interface Held {
  readonly sinceMs: number;
  raised: boolean;
}

export class RuleWatch {
  readonly #held = new Map<string, Held>();

  /** The condition held at the last look at this subject. */
  held(subject: string): boolean {
    return this.#held.has(subject);
  }

  /** An alert that is open since before this daemon: its end must be seen, and it is not raised anew. */
  restore(subject: string, nowMs: number): void {
    this.#held.set(subject, { sinceMs: nowMs, raised: true });
  }

  look(subject: string, condition: Condition, holds: Holds, nowMs: number): Outcome {
    const before = this.#held.get(subject);
    if (holds === 'unknown') return before?.raised ? 'holds' : 'nothing';
    if (holds === 'no') {
      this.#held.delete(subject);
      return before?.raised ? 'clear' : 'nothing';
    }
    const held = before ?? { sinceMs: nowMs, raised: false };
    this.#held.set(subject, held);
    if (held.raised) return 'holds';
    if (nowMs - held.sinceMs < waitOf(condition)) return 'nothing';
    held.raised = true;
    return 'raise';
  }

  forget(subject: string): void {
    this.#held.delete(subject);
  }
}

/** How long it must hold. Silence measures itself. */
function waitOf(condition: Condition): number {
  return condition.kind === 'metric' || condition.kind === 'is' ? condition.forMs : 0;
}
