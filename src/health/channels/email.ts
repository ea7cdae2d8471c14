/** E-mail by SMTP. A recovery answers the mail that raised the alarm, so that mail programs show them together. */
import { ChannelFailure, type Channel, type Telling } from './channel.ts';
import { details, headline } from './wording.ts';

export interface EmailAccount {
  readonly server: string;
  readonly user: string | null;
  readonly password: string | null;
  readonly from: string;
  readonly to: readonly string[];
}

const TIMEOUT_MS = 10_000;
const LOOPBACK = /^(localhost|127\.|\[?::1)/;

export function email(account: EmailAccount): Channel {
  return {
    async send(telling, signal) {
      const { createTransport } = await import('nodemailer');
      const transport = createTransport(optionsOf(account));
      const abort = (): void => transport.close();
      signal.addEventListener('abort', abort, { once: true });
      try {
        const { response } = await transport.sendMail({ from: account.from, to: [...account.to], ...mailOf(telling) });
        return `accepted: ${response}`;
      } catch (error) {
        throw new ChannelFailure(signal.aborted ? 'no answer in time' : whyNot(error, account));
      } finally {
        signal.removeEventListener('abort', abort);
        transport.close();
      }
    },
  };
}

/** A password goes over no line that others can read. */
function optionsOf({ server, user, password }: EmailAccount): object {
  const { protocol, hostname, port } = new URL(server);
  const secure = protocol === 'smtps:';
  return {
    host: hostname.replaceAll(/^\[|\]$/g, ''),
    port: port === '' ? (secure ? 465 : 587) : Number(port),
    secure,
    requireTLS: !secure && user !== null && !LOOPBACK.test(hostname),
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
    ...(user === null ? {} : { auth: { user, pass: password ?? '' } }),
  };
}

function mailOf(telling: Telling): object {
  const subject = `[muxward] ${headline(telling)}`;
  const text = `${headline(telling)}\n\n${details(telling).join('\n')}\n`;
  const { id, recovers } = telling.alert;
  const first = recovers ?? (telling.kind === 'escalated' ? id : null);
  const thread = first === null ? {} : { inReplyTo: `<${first}.raised@muxward>`, references: `<${first}.raised@muxward>` };
  return { subject, text, ...thread, messageId: `<${id}.${telling.kind}@muxward>`, headers: { 'auto-submitted': 'auto-generated' } };
}

/** What servers say of a log-in may repeat what was sent: it is not passed on. */
function whyNot(error: unknown, { server, user }: EmailAccount): string {
  const { code, responseCode, response } = error as { code?: string; responseCode?: number; response?: string };
  const { host } = new URL(server);
  if (code === 'EAUTH') return `${host} does not let ${user ?? 'nobody'} log in${responseCode === undefined ? '' : ` (${responseCode})`}`;
  if (code === 'ETLS') return `${host} offers no TLS, and a password is not sent without`;
  if (response !== undefined) return `${host} answered ${response}`;
  return `${host} cannot be reached (${code ?? 'unknown error'})`;
}
