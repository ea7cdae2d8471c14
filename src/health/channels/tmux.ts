/** A message in the status line of whoever is attached to muxward's own tmux. */
import { ChannelFailure, type Channel } from './channel.ts';
import { headline } from './wording.ts';

/** Shows a line to everyone attached; resolves with how many there were. */
export type ShowToClients = (text: string) => Promise<number>;

export function tmux(show: ShowToClients): Channel {
  return {
    async send(telling) {
      try {
        const clients = await show(`muxward: ${headline(telling)}`);
        return clients === 0 ? 'nobody is attached' : `shown to ${clients}`;
      } catch (error) {
        throw new ChannelFailure(error instanceof Error ? error.message : String(error));
      }
    },
  };
}
