/** Tasks with what only the daemon needs of them, and marks of the queue: numbers by name. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** One row. `launch` holds environment values and `output` can be long: they are read by themselves. */
export interface TaskRow {
  readonly id: string;
  readonly task: unknown;
  readonly rest: unknown;
}

export class TaskRows {
  readonly #add: StatementSync;
  readonly #put: StatementSync;
  readonly #all: StatementSync;
  readonly #launch: StatementSync;
  readonly #output: StatementSync;
  readonly #setOutput: StatementSync;
  readonly #remove: StatementSync;
  readonly #mark: StatementSync;
  readonly #marks: StatementSync;

  constructor(db: DatabaseSync) {
    this.#add = db.prepare('INSERT INTO tasks (id, task, rest, launch) VALUES (?, ?, ?, ?)');
    this.#put = db.prepare('UPDATE tasks SET task = ?, rest = ? WHERE id = ?');
    this.#all = db.prepare('SELECT id, task, rest FROM tasks ORDER BY seq');
    this.#launch = db.prepare('SELECT launch FROM tasks WHERE id = ?');
    this.#output = db.prepare('SELECT output FROM tasks WHERE id = ?');
    this.#setOutput = db.prepare('UPDATE tasks SET output = ? WHERE id = ?');
    this.#remove = db.prepare('DELETE FROM tasks WHERE id = ?');
    this.#mark = db.prepare('INSERT INTO task_marks (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value');
    this.#marks = db.prepare('SELECT name, value FROM task_marks');
  }

  add({ id, task, rest }: TaskRow, launch: unknown): void {
    this.#add.run(id, JSON.stringify(task), JSON.stringify(rest), JSON.stringify(launch));
  }

  put({ id, task, rest }: TaskRow): void {
    this.#put.run(JSON.stringify(task), JSON.stringify(rest), id);
  }

  /** Oldest first. */
  all(): TaskRow[] {
    return this.#all.all().map(({ id, task, rest }) => ({ id: String(id), task: JSON.parse(String(task)) as unknown, rest: JSON.parse(String(rest)) as unknown }));
  }

  launch(id: string): unknown {
    const row = this.#launch.get(id);
    return row && (JSON.parse(String(row['launch'])) as unknown);
  }

  output(id: string): string | null {
    const output = this.#output.get(id)?.['output'];
    return typeof output === 'string' ? output : null;
  }

  setOutput(id: string, output: string | null): void {
    this.#setOutput.run(output, id);
  }

  remove(id: string): void {
    this.#remove.run(id);
  }

  mark(name: string, value: number): void {
    this.#mark.run(name, value);
  }

  marks(): Map<string, number> {
    return new Map(this.#marks.all().map(({ name, value }) => [String(name), Number(value)]));
  }
}
