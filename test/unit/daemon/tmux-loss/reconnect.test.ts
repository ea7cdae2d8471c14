import { describe, expect, it } from 'vitest';
import { Reconnect } from '../../../../src/daemon/tmux-loss/reconnect.ts';
import { settle, VirtualClock } from '../virtual-clock.ts';

/** A tmux that can be started or not. */
class Tmux {
  readonly clock = new VirtualClock();
  readonly told: string[] = [];
  readonly triedAtMs: number[] = [];
  isWell = true;
  isConnected = true;
  readonly reconnect = new Reconnect({
    clock: this.clock,
    connect: async () => {
      this.triedAtMs.push(Math.round(this.clock.monotonicMs()));
      if (!this.isWell) throw new Error('no server');
      this.isConnected = true;
      this.reconnect.connected();
    },
    isConnected: () => this.isConnected,
    onFailing: (error) => void this.told.push(String(error)),
    onRestored: () => void this.told.push('restored'),
    random: () => 0.5,
  });

  constructor() {
    this.reconnect.connected();
  }

  die(): void {
    this.isConnected = false;
    this.reconnect.lost();
  }
}

describe('a lost connection', () => {
  it('is made again at once', async () => {
    const tmux = new Tmux();
    tmux.die();
    await tmux.clock.pass(1);
    expect([tmux.isConnected, tmux.triedAtMs, tmux.told, tmux.clock.timers]).toEqual([true, [0], [], 0]);
  });

  it('is tried for at growing intervals where it cannot be made, which is told once', async () => {
    const tmux = new Tmux();
    tmux.isWell = false;
    tmux.die();
    await tmux.clock.pass(3_600_000);
    expect(tmux.triedAtMs.slice(0, 8)).toEqual([0, 200, 600, 1400, 3000, 6200, 12_600, 25_400]);
    expect(tmux.triedAtMs.length).toBeLessThan(130);
    expect(tmux.told).toEqual(['Error: no server']);
    tmux.isWell = true;
    await tmux.clock.pass(31_000);
    expect([tmux.isConnected, tmux.told, tmux.clock.timers]).toEqual([true, ['Error: no server', 'restored'], 0]);
  });

  it('of a server that dies again and again is made at growing intervals too, until one has lived a while', async () => {
    const tmux = new Tmux();
    const tookMs: number[] = [];
    const dieAfter = async (ms: number): Promise<void> => {
      await tmux.clock.pass(ms);
      const diedAtMs = tmux.clock.monotonicMs();
      tmux.die();
      await tmux.clock.pass(30_000);
      tookMs.push((tmux.triedAtMs.at(-1) ?? 0) - diedAtMs);
    };
    for (let n = 0; n < 4; n += 1) await dieAfter(10);
    await dieAfter(40_000);
    expect(tookMs).toEqual([0, 200, 400, 800, 0]);
  });

  it('lets those go on who waited for it, whoever made it', async () => {
    const tmux = new Tmux();
    tmux.isWell = false;
    tmux.die();
    let isUp = false;
    void tmux.reconnect.up().then(() => (isUp = true));
    await tmux.clock.pass(1000);
    expect(isUp).toBe(false);
    tmux.isConnected = true;
    tmux.reconnect.connected();
    await settle();
    expect([isUp, tmux.clock.timers]).toEqual([true, 0]);
  });

  it('is left alone once it is stopped', async () => {
    const tmux = new Tmux();
    tmux.isWell = false;
    tmux.die();
    await tmux.clock.pass(300);
    tmux.reconnect.stop();
    await tmux.clock.pass(60_000);
    expect([tmux.triedAtMs.length, tmux.clock.timers]).toEqual([2, 0]);
  });
});
