import { describe, expect, it } from 'vitest';
import { signalGroup, signalProcess } from '../../../src/system/signals.ts';
import { isThere, pidIn, start, startShell, statOf, until } from './real-processes.ts';
import { temporaryFolder } from './temp-folder.ts';

const folder = temporaryFolder('signals');
const identityOf = (pid: number) => ({ pid, startTime: statOf(pid).startTime, pgid: statOf(pid).pgid });

describe('signalProcess', () => {
  it('signals the recorded process', async () => {
    const child = start('sleep', ['1000']);
    const identity = identityOf(child.pid);
    expect(signalProcess(identity, 'SIGTERM')).toBe('sent');
    await until('it ended by SIGTERM', () => child.signalCode === 'SIGTERM');
    expect(signalProcess(identity, 'SIGTERM')).toBe('gone');
  });

  it('never signals another process that has its pid', () => {
    const { pid } = start('sleep', ['1000']);
    expect(signalProcess({ pid, startTime: statOf(pid).startTime + 1 }, 'SIGKILL')).toBe('recycled');
    expect(isThere(pid)).toBe(true);
  });

  it.each([0, 1, -1, 1.5, Number.NaN, process.pid])('never signals %d', (pid) => {
    expect(signalProcess({ pid, startTime: 0 }, 'SIGTERM')).toBe('not-permitted');
  });

  it('takes a zombie for gone', async () => {
    const file = `${folder}/zombie`;
    startShell(`sh -c 'echo $$ >${file}' & exec sleep 1000`);
    const pid = await pidIn(file);
    await until('it is a zombie', () => statOf(pid).state === 'Z');
    expect(signalProcess(identityOf(pid), 'SIGTERM')).toBe('gone');
  });
});

describe('signalGroup', () => {
  it('signals all of the group and nothing outside', async () => {
    const member = `${folder}/member`;
    const escaped = `${folder}/escaped`;
    const leader = startShell(
      `sh -c 'echo $$ >${member}; exec sleep 1000' & setsid sh -c 'echo $$ >${escaped}; exec sleep 1000' & wait`,
    );
    const pids = [await pidIn(member), await pidIn(escaped)] as const;
    expect(signalGroup(identityOf(leader.pid), 'SIGKILL')).toBe('sent');
    await until('leader and member are gone', () => !isThere(leader.pid) && !isThere(pids[0]));
    expect(isThere(pids[1])).toBe(true);
  });

  it('reaches a group whose leader is gone only through a marked member', async () => {
    const file = `${folder}/left`;
    const leader = startShell(`sh -c 'echo $$ >${file}; exec sleep 1000' & sleep 0.05`);
    const recorded = identityOf(leader.pid);
    const pid = await pidIn(file);
    const stranger = start('sleep', ['1000']);
    await until('the leader is gone', () => leader.exitCode !== null);
    expect(signalGroup(recorded, 'SIGKILL')).toBe('gone');
    expect(signalGroup(recorded, 'SIGKILL', [identityOf(stranger.pid)])).toBe('gone');
    expect(signalGroup(recorded, 'SIGKILL', [{ pid, startTime: statOf(pid).startTime + 1 }])).toBe('gone');
    expect(isThere(pid)).toBe(true);
    expect(signalGroup(recorded, 'SIGKILL', [identityOf(pid)])).toBe('sent');
    await until('the member is gone', () => !isThere(pid));
    expect(isThere(stranger.pid)).toBe(true);
  });

  it('never signals the group of another process that has the pid, or one the leader is not in', () => {
    const { pid } = start('sleep', ['1000']);
    const other = start('sleep', ['1000']);
    expect(signalGroup({ ...identityOf(pid), startTime: 1 }, 'SIGKILL')).toBe('recycled');
    expect(signalGroup({ ...identityOf(pid), pgid: other.pid }, 'SIGKILL')).toBe('not-permitted');
    expect(isThere(pid) && isThere(other.pid)).toBe(true);
  });

  it('never signals our own group', () => {
    const { pid } = start('sleep', ['1000'], { detached: false });
    expect(signalGroup(identityOf(pid), 'SIGKILL')).toBe('not-permitted');
    expect(isThere(pid)).toBe(true);
  });

  it.each([0, 1, -1, Number.NaN])('never signals the group %d', (pgid) => {
    expect(signalGroup({ pid: pgid, startTime: 0, pgid }, 'SIGTERM')).toBe('not-permitted');
  });
});
