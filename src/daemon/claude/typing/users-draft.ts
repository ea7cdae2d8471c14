/**
 * Before a message can be typed: waits for an input box, and has Claude Code put aside what stands in it (Ctrl-S). It
 * brings that back by itself once something was submitted; if it did not, this asks for it.
 */
import type { InputView } from '../../../agents/claude/input-box.ts';
import type { ClaudeScreen } from './claude-screen.ts';

/** Claude Code takes half a second to start, and several on a loaded machine. */
const START_MS = 30_000;
/** A menu that is open now may be about to close. */
const ELSEWHERE_MS = 3000;
const STASH_MS = 10_000;
const BACK_MS = 5000;

/**
 * True where something was put aside, and is to come back.
 * @throws MuxwardError `failed` where no empty box can be had, saying what is there instead.
 */
export async function clearTheWay(screen: ClaudeScreen, name: string): Promise<boolean> {
  await screen.until((view): view is InputView => view.kind !== 'blank', START_MS);
  const before = await screen.box(() => true, ELSEWHERE_MS);
  if (before === null) {
    throw await screen.fault('it shows something else than its input box, so nothing was typed', `answer it (muxward answer ${name}), or close it: muxward attach ${name}`);
  }
  if (before.text === '') {
    if (before.mode === 'shell') await leaveShellMode(screen);
    return false;
  }
  if (before.isStashed) {
    throw await screen.fault('a draft stands in its input box, and another is stashed', `finish one of them: muxward attach ${name}`);
  }
  await screen.press('C-s');
  const after = await screen.box(({ text }) => text === '', STASH_MS);
  if (after === null) throw await screen.fault('what stands in its input box could not be put aside, so nothing was typed');
  if (after.mode === 'prompt') return true;
  // Its user has just taken away what stood there: then Ctrl-S puts nothing aside, and leaves the mode as it is.
  await leaveShellMode(screen);
  return (await screen.box(() => true, ELSEWHERE_MS))?.isStashed ?? false;
}

/** Has the draft stand in the box again; where it does so by itself, nothing is pressed. */
export async function giveBackDraft(screen: ClaudeScreen): Promise<void> {
  if (await screen.box(({ text, isStashed }) => text !== '' && !isStashed, BACK_MS)) return;
  const left = await screen.box(({ text, isStashed }) => text === '' && isStashed, 0);
  if (left) await screen.press('C-s');
}

/** In an empty box Backspace takes the `!` away. */
async function leaveShellMode(screen: ClaudeScreen): Promise<void> {
  await screen.press('BSpace');
  if (await screen.box(({ mode }) => mode === 'prompt', STASH_MS)) return;
  throw await screen.fault('it is in shell mode and does not leave it, so nothing was typed', 'press Backspace there');
}
