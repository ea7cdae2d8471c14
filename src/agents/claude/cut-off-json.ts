/** Reads a JSON object that may have been cut off somewhere: what stands whole before the cut is kept. Pure. */

/** The object, or undefined where the text is no part of one. */
export function parseCutOff(text: string): Record<string, unknown> | undefined {
  return parseObject(text) ?? parseObject(mend(text));
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** Ends the text at the last comma that stands between two values, and closes what is open there. */
function mend(text: string): string {
  const open: string[] = [];
  let [inString, end, closers] = [false, -1, ''];
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (character === '\\') at += 1;
    else if (character === '"') inString = !inString;
    else if (inString) continue;
    else if (character === '{') open.push('}');
    else if (character === '[') open.push(']');
    else if (character === '}' || character === ']') open.pop();
    else if (character === ',') [end, closers] = [at, open.toReversed().join('')];
  }
  return end === -1 ? '' : text.slice(0, end) + closers;
}
