// The expected failure of an act, to look at what it says.
import { MuxwardError } from '../../src/core/errors.ts';

/** Fails where the act works, or throws anything that is no MuxwardError. */
export function failureOf(act: () => unknown): MuxwardError {
  try {
    act();
  } catch (error) {
    if (error instanceof MuxwardError) return error;
    throw error;
  }
  throw new Error('it did not fail');
}
