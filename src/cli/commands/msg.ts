/** `msg`: messages between agents, and between them and you. Each is kept until it is acknowledged. */
import type { CommandGroup } from '../command.ts';
import { dead } from '../messages/dead.ts';
import { ack, inbox } from '../messages/inbox.ts';
import { history, show, stats } from '../messages/look.ts';
import { broadcast, publish, request, send } from '../messages/send.ts';
import { subscribe, subscriptions, unsubscribe } from '../messages/topics.ts';

export const command: CommandGroup = {
  subcommands: { send, request, broadcast, inbox, ack, history, show, stats, dead, publish, subscribe, unsubscribe, subscriptions },
};
