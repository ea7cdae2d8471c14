/** Settings of alerts, all filled in. Only shapes and defaults: reading them is alerts-from.ts. */
import type { Escalation } from '../../core/alert.ts';
import type { ChannelSpec } from '../../core/alert-channel.ts';
import type { AlertRule } from '../../core/alert-rules.ts';
import type { QuietHours } from '../../core/quiet-hours.ts';

export interface AlertSettings {
  /** The user's own. */
  readonly rules: readonly AlertRule[];
  /** Names of built-in rules that are turned off. */
  readonly off: readonly string[];
  readonly channels: readonly ChannelSpec[];
  /** Where alerts go whose rule says nothing; null means every channel. */
  readonly to: readonly string[] | null;
  readonly escalate: Escalation | null;
  readonly quiet: QuietHours | null;
}

export const DEFAULT_ALERTS: AlertSettings = { rules: [], off: [], channels: [], to: null, escalate: null, quiet: null };
