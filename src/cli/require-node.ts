/** Ends the process where Node is too old for muxward. Imports nothing, and uses nothing that an old Node lacks. */

const NEED_MAJOR = 22;
const NEED_MINOR = 22;

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < NEED_MAJOR || (major === NEED_MAJOR && minor < NEED_MINOR)) {
  const message = `Node ${process.versions.node} is too old for muxward`;
  const hint = `install Node ${NEED_MAJOR}.${NEED_MINOR} or newer, or set MUXWARD_NODE to one`;
  const isJson = process.argv.includes('--json');
  console.error(isJson ? JSON.stringify({ error: { code: 'failed', message, hint } }) : `✘ ${message}\n  hint: ${hint}`);
  process.exit(1);
}
