/** The one error class of expected failures, and the exit status that each code leads to. */

/** Exit statuses as CONTRACTed with scripts; `docs/cli.md` lists them for users. */
export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  notFound: 3,
  unreachable: 4,
  timeout: 5,
  refused: 6,
  bug: 70,
  interrupted: 130,
} as const;

const EXIT_OF_CODE = {
  usage: EXIT.usage,
  'invalid-config': EXIT.usage,
  'not-found': EXIT.notFound,
  unreachable: EXIT.unreachable,
  timeout: EXIT.timeout,
  refused: EXIT.refused,
  conflict: EXIT.failed,
  'spawn-failed': EXIT.failed,
  tmux: EXIT.failed,
  storage: EXIT.failed,
  failed: EXIT.failed,
  bug: EXIT.bug,
} as const;

export type ErrorCode = keyof typeof EXIT_OF_CODE;

/** How an error looks on the wire and on standard error with `--json`. */
export interface ErrorBody {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint?: string;
}

/**
 * An expected failure: `message` says what failed and where, `hint` why it usually happens and what to do.
 * Neither ever holds an environment value.
 */
export class MuxwardError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;

  constructor(code: ErrorCode, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'MuxwardError';
    this.code = code;
    this.hint = options.hint;
  }

  get exitCode(): number {
    return EXIT_OF_CODE[this.code];
  }

  toBody(): ErrorBody {
    return this.hint === undefined
      ? { code: this.code, message: this.message }
      : { code: this.code, message: this.message, hint: this.hint };
  }

  static fromBody(body: ErrorBody): MuxwardError {
    return new MuxwardError(body.code, body.message, body.hint === undefined ? {} : { hint: body.hint });
  }
}

/** For `default:` in a switch over a union: the compiler proves that it cannot be reached. */
export function unreachable(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`);
}
