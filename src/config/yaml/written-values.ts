/** From what the schemas have passed to numbers with a unit. */
import { parseDuration, parseSize } from '../../core/units.ts';

type Written = string | number | undefined;

/** Milliseconds of a duration that the schema has passed. */
export const ms = (value: Written): number | undefined => (value === undefined ? undefined : parseDuration(String(value), 'duration'));

/** Bytes of a size that the schema has passed. */
export const bytes = (value: Written): number | undefined => (value === undefined ? undefined : parseSize(String(value), 'size'));

/** The number itself, or the text that holds one. */
export const number = (value: Written): number | undefined => (value === undefined ? undefined : Number(value));
