/** Ids of agents and alerts: unique, short enough to type. Made without node:crypto, which costs the daemon 3 MB. */

/** `prefix` and 12 letters and digits: 62 bits from the generator that V8 seeds from the kernel's. */
export function newId(prefix: string): string {
  return `${prefix}_${sixLetters()}${sixLetters()}`;
}

function sixLetters(): string {
  return Math.floor(Math.random() * 36 ** 6)
    .toString(36)
    .padStart(6, '0');
}
