/** Shows a run as it goes: redrawn in place on a terminal, a line for each change in a pipe, one object a line with `--json`. */
import type { Task } from '../../core/task.ts';
import type { Context } from '../context.ts';
import { createLiveView, type LiveView } from '../render/live-view.ts';
import { createLook, type Look } from '../render/look.ts';
import { changeLines, hasSucceeded, nameOf, renderReport, renderRun } from '../render/run-view.ts';

/** So often the times on the screen are drawn anew. */
const REDRAW_MS = 1000;

export interface RunView {
  show(tasks: readonly Task[]): void;
  /** Said at once, above what is redrawn or below it. */
  note(text: string): void;
  report(tasks: readonly Task[], cancelled: boolean): void;
  end(): void;
}

/** @param foot what keys do, below what is redrawn */
export async function createRunView(context: Context, run: string, foot: string): Promise<RunView> {
  const look = await createLook(context);
  if (context.json) return jsonView(context, run);
  if (context.quiet || !context.terminal) return lineView(context, look);
  return new ScreenView(context, look, await createLiveView(context), foot);
}

class ScreenView implements RunView {
  readonly #context: Context;
  readonly #look: Look;
  readonly #live: LiveView;
  readonly #redrawing = setInterval(() => this.#draw(), REDRAW_MS);
  #tasks: readonly Task[] = [];
  #foot: string;

  constructor(context: Context, look: Look, live: LiveView, foot: string) {
    this.#context = context;
    this.#look = look;
    this.#live = live;
    this.#foot = foot;
  }

  show(tasks: readonly Task[]): void {
    this.#tasks = tasks;
    this.#draw();
  }

  note(text: string): void {
    this.#foot = text;
    this.#draw();
  }

  /** Below what is drawn: a plan of many tasks is longer than the screen. */
  report(tasks: readonly Task[]): void {
    clearInterval(this.#redrawing);
    this.#live.show('');
    this.#live.end();
    this.#context.out(renderReport(tasks, this.#look, Date.now()));
  }

  end(): void {
    clearInterval(this.#redrawing);
    this.#live.end();
  }

  #draw(): void {
    this.#live.show(`${renderRun(this.#tasks, this.#look, Date.now())}\n${this.#foot}`);
  }
}

function lineView(context: Context, look: Look): RunView {
  let before: readonly Task[] = [];
  return {
    show: (tasks) => {
      if (!context.quiet) for (const line of changeLines(before, tasks, Date.now())) context.out(`${line}\n`);
      before = tasks;
    },
    note: (text) => context.note(text),
    report: (tasks) => {
      if (!context.quiet) context.out(`\n${renderReport(tasks, look, Date.now())}`);
    },
    end: () => undefined,
  };
}

function jsonView(context: Context, run: string): RunView {
  const told = new Map<string, string>();
  return {
    show: (tasks) => {
      for (const task of tasks) {
        const line = JSON.stringify({ kind: 'task', name: nameOf(task), task });
        if (told.get(task.id) === line) continue;
        told.set(task.id, line);
        context.out(`${line}\n`);
      }
    },
    note: () => undefined,
    report: (tasks, cancelled) => {
      const each = tasks.map((task) => ({
        name: nameOf(task),
        id: task.id,
        state: task.state,
        reason: task.reason,
        optional: task.optional,
        result: task.result,
        attempt: task.attempt,
        startedAt: task.startedAt,
        endedAt: task.endedAt,
      }));
      context.out(
        `${JSON.stringify({ kind: 'report', run, name: tasks[0]?.plan?.name ?? null, succeeded: hasSucceeded(tasks), cancelled, tasks: each })}\n`,
      );
    },
    end: () => undefined,
  };
}
