/** What came of one look. */

export type ProbeOutcome =
  | { readonly kind: 'ok'; readonly responseMs: number }
  | { readonly kind: 'failed'; readonly reason: string; readonly responseMs: number }
  /** The probe itself could not be made: that is no failure of the agent. */
  | { readonly kind: 'unknown'; readonly reason: string };

/** Null is success, an Error the probe's own fault, a text the agent's. */
export type Finding = null | string | Error;

/** Out of file descriptors, memory, processes or ports on our side, not allowed, or names that cannot be looked up. */
export function isOurFault({ code }: NodeJS.ErrnoException): boolean {
  return code !== undefined && OUR_FAULTS.has(code);
}

const OUR_FAULTS: ReadonlySet<string> = new Set([
  'EMFILE', 'ENFILE', 'ENOMEM', 'ENOBUFS', 'EADDRNOTAVAIL', 'EAGAIN', 'EACCES', 'EPERM', 'ENOTFOUND', 'EAI_AGAIN', 'ENETUNREACH', 'ENETDOWN',
]);
