/**
 * What is handed to a headless conversation from outside: one file each in `run/<agent>/inbox`, put in place by rename.
 * A prompt's id becomes the id of its message, by which Claude Code itself knows one that it was given before: however
 * often it is handed over, it is worked on once.
 */
import fs from 'node:fs';
import path from 'node:path';
import { isObject, parseObject, textIn } from '../json-lines.ts';

export type InboxItem =
  | { readonly kind: 'prompt'; readonly id: string; readonly text: string }
  | { readonly kind: 'answer'; readonly id: string; readonly question: string; readonly decision: Decision }
  | { readonly kind: 'interrupt'; readonly id: string };

/** On a question of the program. `text`: why not. */
export interface Decision {
  readonly allow: boolean;
  readonly text: string;
  /** To questions of its own, by their text. */
  readonly answers?: Readonly<Record<string, string>>;
}

const INBOX = 'inbox';

/** Numbers the files of one writer, so that what was put first is taken first also within one millisecond. */
let written = 0;

/** Puts it where the conversation takes it up. The folder is made where there is none. */
export function putIntoInbox(runFolder: string, item: InboxItem): void {
  const folder = path.join(runFolder, INBOX);
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  written += 1;
  const name = `${Date.now()}-${String(written).padStart(6, '0')}-${item.id}`;
  const half = path.join(folder, `.${name}`);
  fs.writeFileSync(half, JSON.stringify(item), { mode: 0o600 });
  fs.renameSync(half, path.join(folder, `${name}.json`));
}

export interface InboxFile {
  readonly file: string;
  readonly item: InboxItem;
}

/** What lies there, the oldest first. What is no item is removed: nobody would ever take it. */
export function readInbox(runFolder: string): InboxFile[] {
  const folder = path.join(runFolder, INBOX);
  const names = fs.existsSync(folder) ? fs.readdirSync(folder).filter((name) => !name.startsWith('.')).toSorted() : [];
  return names.flatMap((name) => {
    const file = path.join(folder, name);
    const item = itemIn(fs.readFileSync(file, 'utf8'));
    if (item === undefined) fs.rmSync(file, { force: true });
    return item === undefined ? [] : [{ file, item }];
  });
}

function itemIn(text: string): InboxItem | undefined {
  const fields = parseObject(text);
  const id = fields && textIn(fields, 'id');
  if (fields === undefined || id === undefined) return undefined;
  switch (fields['kind']) {
    case 'prompt':
      return { kind: 'prompt', id, text: textIn(fields, 'text') ?? '' };
    case 'interrupt':
      return { kind: 'interrupt', id };
    case 'answer': {
      const decision = fields['decision'];
      if (!isObject(decision)) return undefined;
      return { kind: 'answer', id, question: textIn(fields, 'question') ?? '', decision: decisionOf(decision) };
    }
    default:
      return undefined;
  }
}

function decisionOf(fields: Readonly<Record<string, unknown>>): Decision {
  const decided = { allow: fields['allow'] === true, text: textIn(fields, 'text') ?? '' };
  const answers = isObject(fields['answers']) ? Object.entries(fields['answers']).filter((entry): entry is [string, string] => typeof entry[1] === 'string') : [];
  return answers.length === 0 ? decided : { ...decided, answers: Object.fromEntries(answers) };
}
