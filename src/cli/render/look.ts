/** How things are to be shown: to a person at a terminal, or to a pipe. */
import type { Context } from '../context.ts';
import { createPalette, type Palette } from './palette.ts';

export interface Look {
  readonly palette: Palette;
  /** Infinite in a pipe. */
  readonly width: number;
  /** Symbols, next steps and short headers are for people. */
  readonly forPeople: boolean;
  /** Stands for what there is not. */
  readonly none: string;
}

export async function createLook(context: Context): Promise<Look> {
  const forPeople = context.terminal;
  return {
    palette: await createPalette(context.color),
    width: context.columns,
    forPeople,
    none: forPeople ? '–' : '-',
  };
}
