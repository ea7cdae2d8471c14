/** What may stand under `alerts:` in config.yaml, and in an agent's own rules. What belongs to which kind of channel is channel-from.ts. */
import * as z from 'zod/mini';
import { SEVERITIES } from '../../core/alert.ts';
import { CHANNEL_KINDS } from '../../core/alert-channel.ts';
import { ConditionFault, parseCondition } from '../../core/alert-condition.ts';
import { BUILT_IN_RULES } from '../../core/alert-rules.ts';
import { NAME_PATTERN } from '../../core/names.ts';
import { isTimeZone, minuteOfDay, WEEKDAYS } from '../../core/quiet-hours.ts';
import { checked, choice, duration, listOf, mapWith, oneOrMore, word, type Complaint } from '../yaml/fields.ts';

const RULE_SEVERITIES = ['warning', 'critical'];

function complainOfCondition(text: string): Complaint | undefined {
  try {
    parseCondition(text);
    return undefined;
  } catch (error) {
    if (!(error instanceof ConditionFault)) throw error;
    return { is: `is no rule: at character ${error.position}, ${error.message}`, hint: error.hint };
  }
}

/** One that no name can match would never be looked at. */
function complainOfGlob(glob: string): Complaint | undefined {
  return /^[\w*?-]+$/.test(glob) ? undefined : { is: 'matches no name', hint: 'names have letters, digits, - and _; * and ? stand for any of them' };
}

const condition = checked(word('A condition such as cpu > 90% for 2m.'), complainOfCondition).check(
  z.meta({ examples: ['cpu > 90% for 2m', 'restarts > 3 in 10m', 'no output for 15m', 'event conflict.found'] }),
);

const ruleName = checked(word('The name of the rule. Default: what it says.'), (value) =>
  value.length <= 60 ? undefined : { is: 'is too long', hint: 'at most 60 characters' },
);

const channelNames = (description: string) => oneOrMore(word('The name of a channel.'), 'a channel, or a list of channels', description);

const escalation = mapWith(
  {
    after: duration('So long without an acknowledgement.', { minMs: 1000 }),
    to: channelNames('The channels that are told then.'),
  },
  'a map such as {after: 15m, to: [mail]}',
  'Whom to tell too where nobody acknowledges.',
);

const ownRule = {
  when: condition,
  name: z.optional(ruleName),
  severity: z.optional(choice(RULE_SEVERITIES, 'How bad it is. Default warning.')),
};

const orText = <S extends z.ZodMiniType>(map: S) => z.union([condition, map], { error: 'a rule such as "cpu > 90% for 2m", or a map with when:' });

/** The rules of one agent. */
export const agentRulesSchema = listOf(orText(mapWith(ownRule, 'a map with when: in it', 'A rule.')), 'a list of rules', 'Alerts of this agent, besides those of config.yaml.');

const userRule = orText(
  mapWith(
    {
      ...ownRule,
      agents: z.optional(checked(word("A glob of agents' names, for example api-*. Default: all."), complainOfGlob)),
      channels: z.optional(channelNames('The channels it goes to. Default: alerts.to.')),
      escalate: z.optional(escalation),
    },
    'a map with when: in it',
    'A rule.',
  ),
);

const timeOfDay = (description: string) =>
  checked(word(description), (value) => (minuteOfDay(value) === undefined ? { is: 'is no time of day', hint: 'written 22:00' } : undefined));

const quietKeys = mapWith(
  {
    from: timeOfDay('When they begin.'),
    to: timeOfDay('When they end; on the next day where that is not later.'),
    zone: z.optional(checked(word("The time zone. Default: the machine's."), (value) => (isTimeZone(value) ? undefined : { is: 'is no time zone', hint: 'for example Europe/Berlin, America/New_York or UTC' }))),
    days: z.optional(oneOrMore(choice(WEEKDAYS, 'A day of the week.'), 'a day, or a list of days', 'Days on which they begin. Default: every day.')),
    critical: z.optional(choice(['pass', 'hold'], 'Whether critical alerts are told all the same. Default pass.')),
  },
  'a map such as {from: "22:00", to: "07:00"}',
  'Hours in which nobody is told of what can wait.',
);

/** From one time to the same would be no time, or all of it. */
const quiet = checked(quietKeys, ({ from, to }) => (minuteOfDay(from) === minuteOfDay(to) ? { is: 'is of no length: from and to are the same', hint: 'written {from: "22:00", to: "07:00"}' } : undefined));

const channel = mapWith(
  {
    kind: choice(CHANNEL_KINDS, 'What kind of channel it is.'),
    severities: z.optional(oneOrMore(choice(SEVERITIES, 'A severity.'), 'a severity, or a list of them', 'What it is told of. Default: everything.')),
    run: z.optional(word('command: run by sh -c with the alert as JSON on its standard input.')),
    timeout: z.optional(duration('command: it is killed after this long. Default 10s.')),
    url: z.optional(word('webhook, slack: where to post to.')),
    url_env: z.optional(word('webhook, slack: the environment variable that holds the URL.')),
    url_file: z.optional(word('webhook, slack: the file that holds the URL.')),
    secret: z.optional(word('webhook: what requests are signed with.')),
    secret_env: z.optional(word('webhook: the environment variable that holds it.')),
    secret_file: z.optional(word('webhook: the file that holds it.')),
    server: z.optional(word('email: smtp://host:port, or smtps://host:port.')),
    user: z.optional(word('email: who logs in at the server.')),
    password: z.optional(word('email: the password.')),
    password_env: z.optional(word('email: the environment variable that holds it.')),
    password_file: z.optional(word('email: the file that holds it.')),
    from: z.optional(word('email: the sender.')),
    to: z.optional(oneOrMore(word('An address.'), 'an address, or a list of them', 'email: who gets it.')),
  },
  'a map such as {kind: desktop}',
  'A channel.',
);

const channelName = checked(z.string(), (value) =>
  NAME_PATTERN.test(value) ? undefined : { is: 'is no name', hint: 'letters, digits, - and _, beginning with a letter or digit' },
).check(z.meta({ pattern: NAME_PATTERN.source }));

export const alertsSchema = mapWith(
  {
    rules: z.optional(listOf(userRule, 'a list of rules', 'Rules of yours, besides those that muxward brings.')),
    off: z.optional(
      oneOrMore(choice(BUILT_IN_RULES.map(({ name }) => name), 'A rule that muxward brings.'), 'a rule, or a list of rules', 'Rules that muxward brings and you do not want.'),
    ),
    channels: z.optional(z.record(channelName, channel, { error: 'a map of names to channels' }).check(z.describe('Ways to tell you, by name.'))),
    to: z.optional(channelNames('The channels that alerts go to where their rule says nothing. Default: all.')),
    escalate: z.optional(escalation),
    quiet: z.optional(quiet),
  },
  'a map such as {rules: ["cpu > 90% for 2m"]}',
  'What you are told of, and how.',
);

export type AlertsFile = z.output<typeof alertsSchema>;
export type ChannelFile = NonNullable<AlertsFile['channels']>[string];
export type AgentRulesFile = z.output<typeof agentRulesSchema>;
