/** Colours by what they mean. Without colour every function gives its text back, and chalk is not loaded. */

export interface Palette {
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly attention: (text: string) => string;
  readonly faint: (text: string) => string;
  readonly strong: (text: string) => string;
  /** Tells agents apart: the same number always has the same colour. */
  readonly nth: (n: number, text: string) => string;
}

const asItIs = (text: string): string => text;

export const PLAIN: Palette = {
  good: asItIs,
  bad: asItIs,
  attention: asItIs,
  faint: asItIs,
  strong: asItIs,
  nth: (_, text) => text,
};

/** The sixteen colours of every terminal: they follow the user's own theme. */
export async function createPalette(color: boolean): Promise<Palette> {
  if (!color) return PLAIN;
  const { Chalk } = await import('chalk');
  const chalk = new Chalk({ level: 1 });
  const cycle = [chalk.cyan, chalk.magenta, chalk.green, chalk.yellow, chalk.blue, chalk.red];
  return {
    good: chalk.green,
    bad: chalk.red,
    attention: chalk.yellow,
    faint: chalk.dim,
    strong: chalk.bold,
    nth: (n, text) => (cycle[n % cycle.length] ?? asItIs)(text),
  };
}
