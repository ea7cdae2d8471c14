/** Tells tmux how many alerts need somebody, for the status line: `@muxward_alerts`, empty where none does. */
import type { TmuxServer } from '../../tmux/server.ts';
import type { EventHub } from '../event-hub.ts';
import type { Alerts } from './alerts.ts';

/** Changes within this time are told together. */
const BATCH_MS = 500;

export function showAlertCount(alerts: Alerts, hub: EventHub, tmux: TmuxServer, onError: (what: string, error: unknown) => void): () => void {
  let shown: string | null = null;
  let timer: NodeJS.Timeout | null = null;
  const send = async (): Promise<void> => {
    timer = null;
    const count = alerts.list(false).length;
    const text = count === 0 ? '' : `${count} ${count === 1 ? 'alert' : 'alerts'}`;
    if (text === shown || !tmux.connected) return;
    await tmux.setGlobalOption('@muxward_alerts', text);
    shown = text;
  };
  const soon = (): void => void (timer ??= setTimeout(() => void send().catch((error: unknown) => onError('status line', error)), BATCH_MS));
  // A new server knows nothing of it.
  const afresh = (): void => {
    shown = null;
    soon();
  };
  const stops = [alerts.subscribe(soon), hub.on('tmux.lost', afresh), hub.on('tmux.restored', afresh)];
  soon();
  return () => {
    for (const stop of stops) stop();
    if (timer) clearTimeout(timer);
  };
}
