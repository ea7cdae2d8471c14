import { describe, expect, it } from 'vitest';
import { putBackCallers } from '../../../src/cli/caller-environment.ts';

function putBack(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  putBackCallers(env);
  return env;
}

describe("the caller's environment", () => {
  it('is as it was before the launcher', () => {
    const launched = { PATH: '/bin', NODE_COMPILE_CACHE: '/ours', MUXWARD_CALLER_NODE_COMPILE_CACHE: '/theirs', MUXWARD_CALLER_NODE_EXTRA_CA_CERTS: '/ca.pem' };
    expect(putBack(launched)).toEqual({ PATH: '/bin', NODE_COMPILE_CACHE: '/theirs', NODE_EXTRA_CA_CERTS: '/ca.pem' });
  });

  it('has nothing that it had not', () => {
    expect(putBack({ PATH: '/bin', NODE_COMPILE_CACHE: '/ours', MUXWARD_CALLER_NODE_COMPILE_CACHE: '' })).toEqual({ PATH: '/bin' });
  });

  it('is left alone where no launcher was before', () => {
    expect(putBack({ NODE_COMPILE_CACHE: '/theirs' })).toEqual({ NODE_COMPILE_CACHE: '/theirs' });
  });
});
