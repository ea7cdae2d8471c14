// Stands in for node:child_process inside commander, in the command-line bundle only.
// commander loads it at start (3 ms) for executable subcommands, which muxward has none of.
export default new Proxy(
  {},
  { get: (_target, name) => process.getBuiltinModule('node:child_process')[name] },
);
