// Prints `PASSED FAILED SKIPPED` for a report of vitest's json reporter. A file that could not be loaded is one failure.
import { readFileSync } from 'node:fs';

const report = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const unloadable = report.testResults.filter(
  (file) => file.status === 'failed' && file.assertionResults.length === 0,
);
console.log(
  report.numPassedTests,
  report.numFailedTests + unloadable.length,
  report.numPendingTests + (report.numTodoTests ?? 0),
);
