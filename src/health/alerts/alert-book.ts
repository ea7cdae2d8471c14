/**
 * The open alerts: what is found wrong becomes few of them. The same again is counted, many at once are one, what comes and
 * goes is told once, what nobody acknowledges is told further. Pure but for its memory; times are monotonic but for those in
 * documents. Whom to tell and how is not decided here.
 */
import type { Alert, Escalation } from '../../core/alert.ts';
import type { Moment } from './moment.ts';
import { joinInto, openFrom, recoveryOf, type Finding, type OpenAlert } from './open-alert.ts';

/** Findings are held back so long, so that those with one cause become one alert. */
export const HOLD_MS = 1500;
/** So many agents at once are one alert. */
const MANY = 4;
/** What follows within this time joins the alert of many that is open already. */
const JOIN_MS = 30_000;
/** An agent's alert that came so often within that time flaps: it stays open until it was calm for a while. */
const FLAPS_AT = 3;
const FLAP_WINDOW_MS = 10 * 60_000;
export const CALM_MS = 5 * 60_000;

/** What the loss of a tmux server does to agents is no news beside it. */
const CONSEQUENCES: Readonly<Record<string, readonly string[]>> = { 'tmux-lost': ['gave-up', 'restarted-often', 'unhealthy'] };

export interface BookChange {
  /** `updated`: nobody needs to be told. */
  readonly kind: 'raised' | 'recovered' | 'escalated' | 'updated';
  readonly alert: Alert;
  /** What the recovery says. */
  readonly recovery?: Alert;
}

export interface BookOptions {
  readonly newId: () => string;
  readonly escalationOf: (rule: string) => Escalation | null;
  readonly isSilenced: (rule: string, agents: readonly string[]) => boolean;
}

export class AlertBook {
  readonly #options: BookOptions;
  readonly #open = new Set<OpenAlert>();
  readonly #pending = new Map<string, { finding: Finding; count: number }>();
  #pendingSinceMs: number | null = null;
  /** When each key was raised lately. */
  readonly #raises = new Map<string, number[]>();

  constructor(options: BookOptions) {
    this.#options = options;
  }

  /** Takes an alert that is open since before this daemon. */
  restore(open: OpenAlert): void {
    this.#open.add(open);
  }

  open(): readonly OpenAlert[] {
    return [...this.#open];
  }

  /** Something is found wrong. Told of at a later tick. */
  find(finding: Finding, moment: Moment): BookChange[] {
    const open = this.#openWith(finding.key);
    if (open) return [this.#again(open, finding, moment)];
    const pending = this.#pending.get(finding.key);
    if (pending) pending.count += 1;
    else this.#pending.set(finding.key, { finding, count: 1 });
    this.#pendingSinceMs ??= moment.nowMs;
    return [];
  }

  /** What was found wrong is so no more; `words` say it, null where that makes nothing well: then it ends without a word. */
  clear(key: string, words: string | null, moment: Moment): BookChange[] {
    this.#pending.delete(key);
    const open = this.#openWith(key);
    if (!open) return [];
    open.keys.delete(key);
    open.recovery = words ?? open.recovery;
    if (open.keys.size > 0) return [];
    if (open.recovery === '') return [this.#end(open, moment)];
    if (this.#flaps(open, moment.nowMs)) {
      open.calmSinceMs = moment.nowMs;
      open.calmKey = key;
      return [];
    }
    return this.#close(open, moment);
  }

  /** The agent is no more: its alerts are over, and nobody is told. */
  forget(agent: string, moment: Moment): BookChange[] {
    const isIts = (key: string): boolean => key.endsWith(`|${agent}`);
    for (const key of this.#pending.keys()) if (isIts(key)) this.#pending.delete(key);
    for (const key of this.#raises.keys()) if (isIts(key)) this.#raises.delete(key);
    return this.open().flatMap((open) => {
      const its = [...open.keys].filter(isIts);
      for (const key of its) open.keys.delete(key);
      return its.length > 0 && open.keys.size === 0 ? [this.#end(open, moment)] : [];
    });
  }

  /** Rules may have been turned off: nothing looks after their alerts any more, so they are over without a word. */
  endUnless(isInForce: (rule: string) => boolean, moment: Moment): BookChange[] {
    return this.open().flatMap((open) => (isInForce(open.alert.rule) ? [] : [this.#end(open, moment)]));
  }

  /** Undefined where no such alert is open. */
  acknowledge(id: string, moment: Moment): Alert | undefined {
    const open = this.open().find(({ alert }) => alert.id === id);
    if (!open) return undefined;
    open.alert = { ...open.alert, acknowledgedAt: open.alert.acknowledgedAt ?? moment.at };
    // Nothing else will ever end it.
    if (open.sticky) this.#end(open, moment);
    return open.alert;
  }

  tick(moment: Moment): BookChange[] {
    return [...this.#flush(moment), ...this.#calm(moment), ...this.#unsilence(), ...this.#escalate(moment)];
  }

  /** A tick could change something. */
  get isBusy(): boolean {
    return this.#pending.size > 0 || this.#open.size > 0;
  }

  #openWith(key: string): OpenAlert | undefined {
    return this.open().find((open) => open.keys.has(key) || open.calmKey === key);
  }

  #again(open: OpenAlert, finding: Finding, { nowMs, at }: Moment): BookChange {
    if (open.calmKey === finding.key) this.#noteRaise(finding.key, nowMs);
    open.keys.add(finding.key);
    open.calmSinceMs = null;
    open.calmKey = null;
    if (open.alert.agents.length <= 1) open.recovery = '';
    open.alert = { ...open.alert, count: open.alert.count + 1, lastAt: at, message: open.alert.agents.length > 1 ? open.alert.message : finding.message };
    return { kind: 'updated', alert: open.alert };
  }

  #flush(moment: Moment): BookChange[] {
    if (this.#pendingSinceMs === null || moment.nowMs - this.#pendingSinceMs < HOLD_MS) return [];
    this.#pendingSinceMs = null;
    const found = [...this.#pending.values()];
    this.#pending.clear();
    // Causes first, so that their consequences find them.
    const causesFirst = found.toSorted((a, b) => Number(isCause(b.finding)) - Number(isCause(a.finding)));
    const groups = Map.groupBy(causesFirst, ({ finding }) => finding.rule);
    return [...groups.values()].flatMap((group) => this.#raiseGroup(group, moment));
  }

  #raiseGroup(group: readonly { finding: Finding; count: number }[], moment: Moment): BookChange[] {
    for (const { finding } of group) this.#noteRaise(finding.key, moment.nowMs);
    const [first] = group;
    if (first === undefined) return [];
    const host = this.#hostFor(first.finding, moment.nowMs);
    if (host) return [{ kind: 'updated', alert: joinInto(host, group, moment) }];
    const together = first.finding.agents.length > 0 && group.length >= MANY ? [group] : group.map((one) => [one]);
    return together.map((members) => {
      const { rule, agents } = members[0]?.finding ?? first.finding;
      const flaps = members.length === 1 ? this.#raises.get(first.finding.key)?.length ?? 0 : 0;
      const silenced = this.#options.isSilenced(rule, members.length > 1 ? members.flatMap((one) => one.finding.agents) : agents);
      const open = openFrom(members, { id: this.#options.newId(), silenced, flaps: flaps >= FLAPS_AT ? flaps : 0 }, moment);
      this.#open.add(open);
      return { kind: silenced ? 'updated' : 'raised', alert: open.alert };
    });
  }

  /** The alert that this one is a part or a consequence of. */
  #hostFor({ rule, agents }: Finding, nowMs: number): OpenAlert | undefined {
    if (agents.length === 0) return undefined;
    return this.open().find((open) => {
      if (nowMs - open.lastJoinMs > JOIN_MS) return false;
      return open.alert.rule === rule ? open.alert.agents.length >= MANY : CONSEQUENCES[open.alert.rule]?.includes(rule);
    });
  }

  #noteRaise(key: string, nowMs: number): void {
    this.#raises.set(key, [...(this.#raises.get(key) ?? []).filter((at) => nowMs - at < FLAP_WINDOW_MS), nowMs]);
  }

  #flaps({ alert, firstKey }: OpenAlert, nowMs: number): boolean {
    const raises = (this.#raises.get(firstKey) ?? []).filter((at) => nowMs - at < FLAP_WINDOW_MS);
    return alert.agents.length <= 1 && raises.length >= FLAPS_AT;
  }

  #calm(moment: Moment): BookChange[] {
    return this.open().flatMap((open) => (open.calmSinceMs !== null && moment.nowMs - open.calmSinceMs >= CALM_MS ? this.#close(open, moment) : []));
  }

  /** A silence is over, and the alert is not. */
  #unsilence(): BookChange[] {
    return this.open().flatMap((open): BookChange[] => {
      const { alert } = open;
      if (!alert.silenced || alert.acknowledgedAt !== null || this.#options.isSilenced(alert.rule, alert.agents)) return [];
      open.alert = { ...alert, silenced: false };
      return [{ kind: 'raised', alert: open.alert }];
    });
  }

  #escalate({ nowMs, at }: Moment): BookChange[] {
    return this.open().flatMap((open): BookChange[] => {
      const { alert, raisedAtMs } = open;
      const escalation = this.#options.escalationOf(alert.rule);
      const isDue = escalation !== null && nowMs - raisedAtMs >= escalation.afterMs;
      if (!isDue || alert.acknowledgedAt !== null || alert.escalatedAt !== null || alert.silenced) return [];
      open.alert = { ...alert, escalatedAt: at };
      return [{ kind: 'escalated', alert: open.alert }];
    });
  }

  #close(open: OpenAlert, moment: Moment): BookChange[] {
    const { alert } = this.#end(open, moment);
    return alert.silenced ? [{ kind: 'updated', alert }] : [{ kind: 'recovered', alert, recovery: recoveryOf(open, this.#options.newId(), moment) }];
  }

  #end(open: OpenAlert, { at }: Moment): BookChange {
    this.#open.delete(open);
    open.alert = { ...open.alert, closedAt: at };
    return { kind: 'updated', alert: open.alert };
  }
}

function isCause({ rule }: Finding): boolean {
  return Object.hasOwn(CONSEQUENCES, rule);
}
