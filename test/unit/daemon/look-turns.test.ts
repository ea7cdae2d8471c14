// Who is looked at when.
import { expect, test } from 'vitest';
import { LookTurns } from '../../../src/daemon/look-turns.ts';

test.each([[1, 1], [50, 1], [51, 2], [200, 4], [1000, 4]])('of %i each is looked at once in %i rounds', (count, rounds) => {
  const turns = new LookTurns();
  for (let again = 0; again < 3; again += 1) {
    const looks = Array.from({ length: rounds }, () => turns.next(count)).map((isDue) => Array.from({ length: count }, (_, place) => isDue(place)));
    expect(Array.from({ length: count }, (_, place) => looks.filter((look) => look[place]).length)).toEqual(Array.from({ length: count }, () => 1));
    for (const look of looks) expect(look.filter(Boolean).length).toBeLessThanOrEqual(Math.ceil(count / rounds));
  }
});
