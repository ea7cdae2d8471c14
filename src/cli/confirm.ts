/** Asks a person a yes-or-no question; anything but yes is no. */
import readline from 'node:readline/promises';

export async function confirm(question: string): Promise<boolean> {
  const terminal = readline.createInterface({ input: process.stdin, output: process.stderr });
  // Ctrl-C at the question is a key here, not a signal.
  terminal.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  // At Ctrl-D the question itself is never answered.
  const closed = new Promise<string>((resolve) => terminal.once('close', () => resolve('')));
  try {
    const answer = await Promise.race([terminal.question(`${question} [y/N] `), closed]);
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    terminal.close();
  }
}
