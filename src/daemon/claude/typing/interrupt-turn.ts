/** Ends the turn that a Claude Code agent works on, as Escape does it: no hook tells of that, the screen does. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { InputView } from '../../../agents/claude/input-box.ts';
import type { ClaudeScreen } from './claude-screen.ts';

/** While its hooks run, Claude Code lets an Escape wait. */
const BETWEEN_PRESSES_MS = 2000;
const PRESSES = 10;
/** At rest for so long: a message that was queued begins a turn of its own after the interrupt. */
const QUIET_MS = 400;

/** False where no turn was under way. @throws MuxwardError `failed` where it goes on in spite of it. */
export async function interruptTurn(screen: ClaudeScreen): Promise<boolean> {
  if (await isAtRest(screen)) return false;
  for (let press = 0; press < PRESSES; press++) {
    await screen.press('Escape');
    if ((await screen.box(({ isBusy }) => !isBusy, BETWEEN_PRESSES_MS)) && (await isAtRest(screen))) return true;
  }
  throw await screen.fault('it goes on in spite of Escape');
}

/** Escape pressed twice at rest would open a menu, so it is pressed only where there is something to end. */
async function isAtRest(screen: ClaudeScreen): Promise<boolean> {
  const rests = (view: InputView): boolean => view.kind === 'box' && !view.isBusy;
  if (!rests(await screen.view())) return false;
  await sleep(QUIET_MS);
  return rests(await screen.view());
}
