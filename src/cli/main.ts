/** The entry of the command line. What it imports is all that `status` and `spawn` need, and one file when built. */
import './require-node.ts';
import path from 'node:path';
import { putBackCallers } from './caller-environment.ts';
import { commandLine } from './command-line.ts';

/** Built it is dist/cli.js, from source src/cli/main.ts. */
const folder = import.meta.dirname;
const installation = path.basename(folder) === 'dist' ? path.dirname(folder) : path.resolve(folder, '../..');

putBackCallers(process.env);
// Not awaited: what commands load later waits for this module to be done.
void commandLine(process.argv.slice(2), installation);
