/**
 * Puts a message into an empty input box of Claude Code, and returns when it is seen to stand there: a short one as one
 * paste that is taken for typing, any other by way of the editor that muxward set (scripts/agent-editor.sh).
 */
import fs from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { boxShows, isShort, piecesOf, survivesEditor } from '../../../agents/claude/message.ts';
import { writePrivateFile } from '../../../system/secure-files.ts';
import type { ClaudeScreen } from './claude-screen.ts';

/** The editor is a script that copies a file; a loaded machine may take its time to start it. */
const EDITOR_MS = 10_000;
const SHOWN_MS = 10_000;
/** A long text is drawn anew with each piece: 100 kB took 8 s. */
const SHOWN_MS_PER_BYTE = 0.3;
const POLL_MS = 5;

/** A blank at the end is dropped by Claude Code; it closes lists of suggestions, and keeps a last `\` from breaking the line. */
const END = ' ';

/** @throws MuxwardError where the box does not show the message in time: it is not to be submitted. */
export async function fillBox(screen: ClaudeScreen, message: string, composeFile: string): Promise<void> {
  if (isShort(message)) await screen.paste(message + END);
  else if (!survivesEditor(message) || !(await throughEditor(screen, message, composeFile))) await inPieces(screen, message);
  const shown = await screen.box((box) => boxShows(box, message), SHOWN_MS + message.length * SHOWN_MS_PER_BYTE);
  if (shown) return;
  throw await screen.fault('its input box does not show what was typed, so it was not submitted');
}

/** False where no editor of muxward's opens: the key is bound to something else, or the agent was started without it. */
async function throughEditor(screen: ClaudeScreen, message: string, composeFile: string): Promise<boolean> {
  writePrivateFile(composeFile, message + END);
  try {
    await screen.press('C-g');
    const deadline = performance.now() + EDITOR_MS;
    while (fs.existsSync(composeFile)) {
      if (performance.now() > deadline) return false;
      await sleep(POLL_MS);
    }
    return true;
  } finally {
    fs.rmSync(composeFile, { force: true });
  }
}

async function inPieces(screen: ClaudeScreen, message: string): Promise<void> {
  const pieces = piecesOf(message);
  if (pieces === null) {
    throw await screen.fault('a text with tabs, separate accents, or ! at its start, cannot be typed exactly', 'restart the agent, so that it has muxward’s editor');
  }
  for (const [i, piece] of pieces.entries()) await screen.paste(i === pieces.length - 1 ? piece + END : piece);
}
