/** Wires alerts: rules, channels, deliveries. One call for daemon.ts. */
import type { HomePaths } from '../../config/paths.ts';
import type { AlertSettings } from '../../config/alerts/alert-settings.ts';
import { channelVariables } from '../../config/alerts/check-channels.ts';
import type { Growth } from '../../core/history.ts';
import type { Store } from '../../store/store.ts';
import type { TmuxServer } from '../../tmux/server.ts';
import type { EventHub } from '../event-hub.ts';
import type { Registry } from '../registry.ts';
import { Facts } from './agent-facts.ts';
import { Alerts } from './alerts.ts';
import { channelsInForce } from './channels-in-force.ts';
import { Deliveries } from './deliveries.ts';
import { RuleLooks } from './rule-looks.ts';
import { RulesInForce } from './rules-in-force.ts';
import { Silences } from './silences.ts';

export interface StartAlertsOptions {
  readonly settings: AlertSettings;
  readonly registry: Registry;
  readonly store: Store;
  readonly hub: EventHub;
  readonly paths: HomePaths;
  readonly tmux: TmuxServer;
  readonly env: Readonly<Record<string, string>>;
  readonly growthOf: (agent: string) => Growth | null;
  /** The machine is needed for something else this second. */
  readonly mayWait: () => boolean;
  readonly onError: (what: string, error: unknown) => void;
}

export function startAlerts(options: StartAlertsOptions): Alerts {
  const { settings, registry, store, hub, paths, tmux, env, growthOf, mayWait, onError } = options;
  const channels = channelsInForce(settings.channels, {
    secrets: env,
    env: withoutSecrets(env, settings),
    showToClients: async (text) => (tmux.connected ? await tmux.tellClients(text) : 0),
    now: () => registry.clock.now(),
  });
  const rules = new RulesInForce(settings);
  const facts = new Facts({ registry, paths, growthOf });
  const onChannel = (channel: string, failure: string | null): void => alerts.noteChannel(channel, failure);
  const deliveries = new Deliveries({ store, channels, quiet: settings.quiet, clock: registry.clock, home: paths.home, onChannel });
  const silences = new Silences(store, registry.clock);
  const alerts: Alerts = new Alerts({ registry, store, hub, rules, facts, silences, channels, deliveries, looks: new RuleLooks(rules, facts), mayWait, onError });
  alerts.start();
  return alerts;
}

/** The daemon's environment without what only channels may know: for hooks, tmux and commands. */
export function withoutSecrets(env: Readonly<Record<string, string>>, { channels }: AlertSettings): Record<string, string> {
  const secret = new Set(channelVariables(channels));
  return Object.fromEntries(Object.entries(env).filter(([name]) => !secret.has(name)));
}
