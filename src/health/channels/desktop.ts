/** A notification on this desktop: notify-send on Linux, terminal-notifier on macOS. */
import { execFile } from 'node:child_process';
import { ChannelFailure, type Channel, type Telling } from './channel.ts';
import { details, headline } from './wording.ts';

/** @param program absolute */
export function desktop(program: string, env: Readonly<Record<string, string>>): Channel {
  const argumentsOf = program.endsWith('terminal-notifier') ? terminalNotifier : notifySend;
  return {
    send: (telling, signal) =>
      new Promise((resolve, reject) => {
        execFile(program, argumentsOf(telling), { env: { ...env }, signal, timeout: 10_000 }, (error, _, stderr) => {
          if (error === null) resolve('shown');
          else reject(new ChannelFailure(stderr.trim().split('\n').at(-1) || (signal.aborted ? 'no answer in time' : error.message)));
        });
      }),
  };
}

/** Its text is markup to some desktops. */
function notifySend(telling: Telling): string[] {
  const urgency = telling.alert.severity === 'critical' && telling.kind !== 'recovered' ? 'critical' : 'normal';
  const body = details(telling).join('\n').replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return ['--app-name=muxward', `--urgency=${urgency}`, '--', `muxward: ${headline(telling)}`, body];
}

/** A leading bracket would mean something to it. */
function terminalNotifier(telling: Telling): string[] {
  return ['-title', 'muxward', '-message', ` ${headline(telling)}`, '-group', `muxward-${telling.alert.id}`];
}
