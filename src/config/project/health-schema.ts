/** `health:` of an agent: one probe in short, or start-up, readiness and liveness checks in full. What it becomes is health-fields.ts. */
import * as z from 'zod/mini';
import { UNHEALTHY_ACTIONS } from '../../core/health.ts';
import { HTTP_HINT, isSocketPath, parseHttpTarget, parseStatuses, parseTcpTarget, STATUS_HINT } from '../../core/probe-text.ts';
import { checked, choice, count, duration, mapWith, word, type Complaint } from '../yaml/fields.ts';

export const PROBES = ['http', 'tcp', 'command', 'heartbeat', 'output'] as const;
export const CHECK_KEYS = ['startup', 'readiness', 'liveness'] as const;

const url = checked(word('Asked by GET: http://…, https://… or http+unix:///path.sock:/path.'), (value) =>
  parseHttpTarget(value) === undefined ? { is: 'is no http address', hint: HTTP_HINT } : undefined,
);

const status = checked(z.union([z.string(), z.number()], { error: 'a status, or several' }), (value) =>
  parseStatuses(String(value)) === undefined ? { is: 'is no status of HTTP', hint: STATUS_HINT } : undefined,
).check(z.meta({ description: 'Statuses that count as healthy. Default 200-399.', examples: [200, '200-299'] }));

const http = z
  .union(
    [
      url,
      mapWith(
        {
          url,
          socket: z.optional(checked(word('Path of the Unix socket to ask at.'), (value) => (isSocketPath(value) ? undefined : { is: 'is no path of a socket', hint: 'absolute, at most 107 bytes' }))),
          status: z.optional(status),
          body: z.optional(word('A text that the first 64 KiB of the answer must hold.')),
        },
        'a map such as {url: "http://127.0.0.1:8080/", status: 200}',
        'An HTTP probe.',
      ),
    ],
    { error: 'an address, or a map with url: in it' },
  )
  .check(z.describe('Healthy is an answer from 200 to 399, or as the map says.'));

const tcp = checked(z.union([z.string(), z.number()], { error: 'host:port' }), (value) =>
  parseTcpTarget(String(value)) === undefined ? { is: 'is no address', hint: 'host:port, for example 127.0.0.1:5432, or the port alone' } : undefined,
).check(z.meta({ description: 'host:port, or a port of this machine: healthy when it can be connected to.', examples: ['127.0.0.1:5432'] }));

const probeFields = {
  http: z.optional(http),
  tcp: z.optional(tcp),
  command: z.optional(word("Run by sh -c in the agent's folder: healthy when it exits with 0.")),
  heartbeat: z.optional(duration('The agent must touch its heartbeat file at least this often.', { minMs: 100 })),
  output: z.optional(duration('The agent must print something at least this often.', { minMs: 100 })),
  interval: z.optional(duration('Between two probes. Default 30s.', { minMs: 100 })),
  timeout: z.optional(duration('One probe may take so long. Default 5s.', { minMs: 100 })),
} as const;

const threshold = (description: string) => z.optional(count(description, { min: 1, max: 10_000 }));

const check = (description: string) =>
  z.optional(
    checked(
      mapWith(
        {
          ...probeFields,
          initial_delay: z.optional(duration('From the start of the process to the first probe. Default 0s.', { minMs: 0 })),
          failures: threshold('So many failures in a row make it failing. Default 3.'),
          successes: threshold('So many successes in a row make it passing. Default 1.'),
        },
        'a map such as {http: "http://127.0.0.1:8080/", interval: 10s}',
        description,
      ),
      (value) => oneProbe(value) ?? (named(value).length === 0 ? { is: 'says not what to probe', hint: `one of ${PROBES.join(', ')}` } : undefined),
    ),
  );

export const healthSchema = checked(
  mapWith(
    {
      ...probeFields,
      retries: threshold('So many failures in a row make it unhealthy. Default 3.'),
      start_period: z.optional(duration('How long it may take to start, on top of that. Default 10s.', { minMs: 0 })),
      on_unhealthy: z.optional(choice(UNHEALTHY_ACTIONS, 'restart: it is ended, and the restart policy decides. tell: it is only shown. Default restart.')),
      startup: check('Until it passes, the others wait. When it fails, the agent is ended.'),
      readiness: check('Only shown, and told to who depends on it.'),
      liveness: check('When it fails, the agent is ended, and the restart policy decides.'),
    },
    'a map such as {http: "http://127.0.0.1:8080/"}',
    'How the agent is probed: one of http, tcp, command, heartbeat and output, or startup, readiness and liveness.',
  ),
  (value) => oneProbe(value) ?? oneForm(value),
);

type Written = z.output<typeof healthSchema>;
export type HealthEntry = Written;
export type CheckEntry = NonNullable<Written['liveness']>;

function named(value: Readonly<Record<string, unknown>>): readonly string[] {
  return PROBES.filter((probe) => value[probe] !== undefined);
}

function oneProbe(value: Readonly<Record<string, unknown>>): Complaint | undefined {
  const probes = named(value);
  return probes.length < 2 ? undefined : { is: `names ${probes.join(' and ')}`, hint: `keep one of ${probes.join(', ')}` };
}

function oneForm(value: Readonly<Record<string, unknown>>): Complaint | undefined {
  const inFull = CHECK_KEYS.filter((key) => value[key] !== undefined);
  const inShort = Object.keys(value).filter((key) => !(CHECK_KEYS as readonly string[]).includes(key) && value[key] !== undefined);
  if (inFull.length === 0 || inShort.length === 0) return undefined;
  return { is: `names ${inFull.join(' and ')}, and ${inShort.join(', ')} beside`, hint: `move ${inShort.join(', ')} into ${inFull.join(' or ')}` };
}
