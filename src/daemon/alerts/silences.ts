/** Silences in force: alerts that they cover are kept and told to nobody. They survive the daemon. */
import type { Silence } from '../../core/alert.ts';
import type { Clock } from '../../core/clock.ts';
import { MuxwardError } from '../../core/errors.ts';
import { matchesGlob } from '../../core/selector.ts';
import type { Store } from '../../store/store.ts';
import { newId } from '../new-id.ts';

export class Silences {
  readonly #store: Store;
  readonly #clock: Clock;
  #all: Silence[];

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
    this.#all = store.silences.list();
  }

  /** Those that are not over, oldest first. */
  inForce(): readonly Silence[] {
    const nowMs = this.#clock.now().getTime();
    for (const { id, until } of this.#all) if (Date.parse(until) <= nowMs) this.#store.silences.remove(id);
    this.#all = this.#all.filter(({ until }) => Date.parse(until) > nowMs);
    return this.#all;
  }

  add({ rule, agent }: Pick<Silence, 'rule' | 'agent'>, forMs: number): Silence {
    const now = this.#clock.now();
    const silence: Silence = { id: newId('si'), at: now.toISOString(), until: new Date(now.getTime() + forMs).toISOString(), rule, agent };
    this.#store.silences.add(silence);
    this.#all.push(silence);
    return silence;
  }

  /** @throws MuxwardError `not-found` */
  end(id: string): Silence {
    const found = this.inForce().find((silence) => silence.id === id);
    if (!found) throw new MuxwardError('not-found', `no silence ${id} is in force`, { hint: 'muxward alerts silence lists them' });
    this.#store.silences.remove(id);
    this.#all = this.#all.filter((silence) => silence !== found);
    return found;
  }

  /** An alert about several agents is silenced where each of them is. */
  covers(rule: string, agents: readonly string[]): boolean {
    const silences = this.inForce();
    if (silences.length === 0) return false;
    const covered = (agent: string | null): boolean =>
      silences.some((silence) => (silence.rule === null || matchesGlob(silence.rule, rule)) && (silence.agent === null || (agent !== null && matchesGlob(silence.agent, agent))));
    return agents.length === 0 ? covered(null) : agents.every(covered);
  }
}
