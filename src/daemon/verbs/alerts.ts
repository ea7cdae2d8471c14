/** `alerts`: what somebody should look at, until somebody says that they did. */
import { newId } from '../new-id.ts';
import { MuxwardError } from '../../core/errors.ts';
import type { Alert, Routes } from '../../core/protocol.ts';
import type { Daemon } from './context.ts';

export function listAlerts({ store }: Daemon, all: boolean): Routes['GET /api/alerts']['gives'] {
  return { alerts: store.alerts.list().filter((alert) => all || alert.acknowledgedAt === null) };
}

export function raiseAlert({ store, registry }: Daemon, request: Routes['POST /api/alerts']['takes']): Alert {
  const id = newId('al');
  const alert: Alert = { id, at: registry.clock.now().toISOString(), ...request, acknowledgedAt: null };
  store.alerts.put(alert);
  registry.emit('alert.raised', alert.agent, { id, severity: alert.severity, message: alert.message });
  return alert;
}

/** @throws MuxwardError `not-found` */
export function acknowledge({ store, registry }: Daemon, id: string): Alert {
  const alert = store.alerts.list().find((one) => one.id === id);
  if (!alert) throw new MuxwardError('not-found', `no alert ${id}`, { hint: 'muxward alerts list shows what is open' });
  const acknowledged = { ...alert, acknowledgedAt: alert.acknowledgedAt ?? registry.clock.now().toISOString() };
  store.alerts.put(acknowledged);
  return acknowledged;
}
