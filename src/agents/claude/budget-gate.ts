/**
 * Runs before each tool of an agent that has a budget, as a hook of Claude Code: asks the daemon whether it is spent, and
 * if so ends the turn, so that no further call of the model is made. Where no daemon answers, the agent goes on.
 * `node budget-gate.js NAME`; the home is that of $MUXWARD_HOME.
 */
import http from 'node:http';
import { homePaths } from '../../config/paths.ts';

const TIMEOUT_MS = 10_000;

const name = process.argv[2] ?? '';
const { apiSocket } = homePaths(process.env['MUXWARD_HOME'] ?? '/');
// Claude Code waits until its input is read.
process.stdin.resume();

const request = http.get({ socketPath: apiSocket, path: `/api/agents/${encodeURIComponent(name)}/budget`, timeout: TIMEOUT_MS }, (response) => {
  let body = '';
  response.on('data', (chunk: Buffer) => (body += chunk.toString()));
  response.on('end', () => decide(body));
});
request.on('timeout', () => request.destroy());
request.on('error', () => process.exit(0));

function decide(body: string): void {
  const { budget } = JSON.parse(body) as { budget?: { state?: string; usd?: number } | null };
  if (budget?.state === 'exceeded') {
    const stopReason = `The budget of $${budget.usd} for this agent is spent.`;
    process.stdout.write(`${JSON.stringify({ continue: false, stopReason })}\n`);
  }
  process.exit(0);
}
