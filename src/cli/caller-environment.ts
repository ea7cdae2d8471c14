/** Puts back what bin/muxward changed in the environment for our own Node: what commands read and hand on is the caller's. */
const { env } = process;
const compileCache = env['MUXWARD_CALLER_NODE_COMPILE_CACHE'];

if (compileCache !== undefined) {
  delete env['MUXWARD_CALLER_NODE_COMPILE_CACHE'];
  if (compileCache === '') delete env['NODE_COMPILE_CACHE'];
  else env['NODE_COMPILE_CACHE'] = compileCache;
}
