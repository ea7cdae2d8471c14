/**
 * YAML with the place of every value: what is wrong can be shown at its line and column. Whoever
 * wants to start fast loads this only where there is a file. What values mean is left to the schemas.
 */
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, visit, type Document, type Node, type Pair } from 'yaml';
import { printable } from '../../core/names.ts';
import type { Fault } from '../faults.ts';

export type Path = readonly (string | number)[];

export interface PositionedYaml {
  /** As the user would write it. */
  readonly file: string;
  /** Plain data; undefined where the text is no YAML. An empty file is null. */
  readonly value: unknown;
  readonly faults: readonly Fault[];
  /** A fault at the value at `path`, or at its key; where there is none (a missing key), at what should hold it. */
  faultAt(path: Path, message: string, hint: string | null, part?: 'key' | 'value'): Fault;
  /** True where the file says something at `path`. */
  has(path: Path): boolean;
  /** The scalar as written, without its quotes: `1.10` stays `1.10`. Undefined where there is no scalar. */
  sourceOf(path: Path): string | undefined;
}

/** Reads one document. Anchors, aliases and `<<` merges are resolved. */
export function parsePositionedYaml(text: string, file: string): PositionedYaml {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, merge: true, prettyErrors: false });
  const faultFrom = (offset: number, message: string, hint: string | null): Fault => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(1, line), column: Math.max(1, col), message, hint };
  };
  const faults = document.errors.map((error) => faultFrom(error.pos[0], inOneLine(error.message), hintFor(error.code)));
  faults.push(...unresolvedAliases(document, faultFrom));
  return {
    file,
    value: faults.length > 0 ? undefined : toPlain(document, faults, faultFrom),
    faults,
    faultAt: (path, message, hint, part = 'value') => {
      const { node, key, inside } = findNode(document, path);
      const place = part === 'key' || node === undefined ? (key ?? inside) : node;
      return faultFrom(startOf(place, lines), message, hint);
    },
    has: (path) => {
      const { node, key } = findNode(document, path);
      return node !== undefined || key !== undefined;
    },
    sourceOf: (path) => {
      const { node } = findNode(document, path);
      if (!isScalar(node)) return undefined;
      return typeof node.value === 'string' ? node.value : node.source;
    },
  };
}

function toPlain(document: Document.Parsed, faults: Fault[], faultFrom: (offset: number, message: string, hint: string | null) => Fault): unknown {
  try {
    return document.toJS();
  } catch (error) {
    faults.push(faultFrom(0, `cannot be read: ${inOneLine((error as Error).message)}`, null));
    return undefined;
  }
}

function unresolvedAliases(document: Document.Parsed, faultFrom: (offset: number, message: string, hint: string | null) => Fault): Fault[] {
  const faults: Fault[] = [];
  if (document.errors.length > 0) return faults;
  visit(document, {
    Alias: (_, alias) => {
      if (alias.resolve(document) !== undefined) return;
      faults.push(faultFrom(alias.range?.[0] ?? 0, `nothing is called &${printable(alias.source)} above this`, 'quote a text that begins with *'));
    },
  });
  return faults;
}

interface Found {
  readonly node: Node | undefined;
  readonly key: Node | undefined;
  /** The innermost node on the way that exists. */
  readonly inside: Node | undefined;
}

function findNode(document: Document.Parsed, path: Path): Found {
  let node: Node | undefined = document.contents ?? undefined;
  let key: Node | undefined;
  let inside = node;
  for (const segment of path) {
    const holder: Node | undefined = isAlias(node) ? (node.resolve(document)) : node;
    const step = isMap(holder) ? stepIntoMap(document, holder.items, segment) : undefined;
    if (isSeq(holder)) [key, node] = [undefined, holder.items[Number(segment)] as Node | undefined];
    else [key, node] = [step?.key as Node | undefined, (step?.value ?? undefined) as Node | undefined];
    if (key === undefined && node === undefined) return { node: undefined, key: undefined, inside };
    inside = key ?? node;
  }
  return { node, key, inside };
}

function stepIntoMap(document: Document.Parsed, items: readonly Pair[], segment: string | number): Pair | undefined {
  const own = items.find(({ key }) => isScalar(key) && String(key.value) === String(segment));
  if (own !== undefined) return own;
  for (const { key, value } of items) {
    if (!isScalar(key) || key.source !== '<<') continue;
    for (const source of isSeq(value) ? value.items : [value]) {
      const merged = isAlias(source) ? source.resolve(document) : source;
      const found = isMap(merged) ? stepIntoMap(document, merged.items, segment) : undefined;
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

/** A file that holds nothing has no nodes: its faults are at its beginning. */
function startOf(node: Node | undefined, lines: LineCounter): number {
  return node?.range?.[0] ?? lines.lineStarts[0] ?? 0;
}

function inOneLine(message: string): string {
  return message.replaceAll(/\s+/g, ' ').trim();
}

function hintFor(code: string): string | null {
  switch (code) {
    case 'TAB_AS_INDENT':
      return 'indent with spaces';
    case 'DUPLICATE_KEY':
      return 'keep one of them';
    case 'BAD_INDENT':
    case 'BLOCK_AS_IMPLICIT_KEY':
    case 'MULTILINE_IMPLICIT_KEY':
    case 'MISSING_CHAR':
      return 'look at the indentation, the colons and the quotes of this line and the one above';
    case 'MULTIPLE_DOCS':
      return 'one document a file: remove the ---';
    default:
      return null;
  }
}
