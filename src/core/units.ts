/** Durations and sizes as people write them, and back. */
import { MuxwardError } from './errors.ts';
import { printable } from './names.ts';

const DURATION_MS = { ms: 1, s: 1000, sec: 1000, m: 60_000, min: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const SIZE_BYTES = { '': 1, b: 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 } as const;

/**
 * Milliseconds from `500ms`, `10s`, `1.5h`, `1h30m`; a bare number is seconds (as in systemd and `sleep`).
 * @throws MuxwardError `usage` naming `option`.
 */
export function parseDuration(text: string, option: string): number {
  const compact = text.trim().toLowerCase().replaceAll(/\s+/g, '');
  if (/^\d+(\.\d+)?$/.test(compact)) return Math.round(Number(compact) * 1000);
  const parts = [...compact.matchAll(/(\d+(?:\.\d+)?)(ms|sec|min|s|m|h|d)/g)];
  if (parts.length === 0 || parts.map((part) => part[0]).join('') !== compact) {
    throw new MuxwardError('usage', `${option}: "${printable(text)}" is no duration`, {
      hint: `a number with ms, s, m, h or d, for example ${option} 30s or ${option} 1h30m`,
    });
  }
  const ms = parts.reduce((sum, [, n, unit]) => sum + Number(n) * DURATION_MS[unit as keyof typeof DURATION_MS], 0);
  return Math.round(ms);
}

/**
 * Bytes from `512M`, `2GB`, `1.5GiB` or a bare number; units are powers of 1024 as in Docker and pm2.
 * @throws MuxwardError `usage` naming `option`.
 */
export function parseSize(text: string, option: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([kmgt]?)(?:i?b)?$/.exec(text.trim().toLowerCase());
  const bytes = match ? Math.round(Number(match[1]) * SIZE_BYTES[match[2] as keyof typeof SIZE_BYTES]) : 0;
  if (bytes <= 0) {
    throw new MuxwardError('usage', `${option}: "${printable(text)}" is no size`, {
      hint: `a number with K, M, G or KB, MB, GB, for example ${option} 2GB`,
    });
  }
  return bytes;
}

/** Short and of fixed width for tables: `48M`, `1.2G`. */
export function formatSize(bytes: number): string {
  const units = ['B', 'K', 'M', 'G', 'T'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit > 0 && value < 10 ? value.toFixed(1) : Math.round(value)}${units[unit]}`;
}

/** The two largest units: `3s`, `14m`, `2h 3m`, `5d 1h`. */
export function formatDuration(ms: number): string {
  const s = Math.max(0, Math.floor(ms / 1000));
  if (s < 60) return `${s}s`;
  if (s < 3600) return `${Math.floor(s / 60)}m`;
  if (s < 86_400) return pair(Math.floor(s / 3600), 'h', Math.floor((s % 3600) / 60), 'm');
  return pair(Math.floor(s / 86_400), 'd', Math.floor((s % 86_400) / 3600), 'h');
}

function pair(a: number, unitA: string, b: number, unitB: string): string {
  return b === 0 ? `${a}${unitA}` : `${a}${unitA} ${b}${unitB}`;
}
