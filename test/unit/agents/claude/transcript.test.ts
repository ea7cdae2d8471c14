import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { array, assert as holds, nat, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JsonLines } from '../../../../src/agents/claude/json-lines.ts';
import { TranscriptEntries } from '../../../../src/agents/claude/transcript-entries.ts';
import { factsOf } from '../../../../src/agents/claude/transcript-facts.ts';
import type { TranscriptEntry } from '../../../../src/core/transcript.ts';

const DATA = resolve(import.meta.dirname, '../../../data/claude');
const sample = (name: string): string => readFileSync(resolve(DATA, name), 'utf8');

function entriesOf(text: string): TranscriptEntry[] {
  const entries = new TranscriptEntries(null);
  return [...entries.add(text.split('\n').flatMap((line) => factsOf(line))), ...entries.running()];
}

describe('a transcript that Claude Code wrote', () => {
  it('becomes who said what, and each tool with what came of it', () => {
    const told = entriesOf(sample('transcript.jsonl')).map(({ who, text, tool }) => [who, tool ? `${tool.name} ${tool.summary}: ${tool.outcome}` : text.split('\n')[0]]);
    expect(told).toEqual([
      ['user', 'hi'],
      ['assistant', 'calling Write'],
      ['tool', 'Write /home/dev/proj/a.txt: ok'],
      ['assistant', 'P-OK'],
    ]);
  });

  it('has commands of Claude Code as they were typed', () => {
    const content = '<command-name>/model</command-name>\n            <command-message>model</command-message>\n            <command-args>opus</command-args>';
    const line = JSON.stringify({ type: 'user', sessionId: 's', timestamp: '2030-01-31T12:00:00Z', message: { role: 'user', content } });
    expect(entriesOf(line).map(({ who, text }) => [who, text])).toEqual([['user', '/model opus']]);
  });

  it('tells of a call without an outcome once that it runs, and of its outcome later', () => {
    const lines = sample('transcript.jsonl').split('\n');
    const at = lines.findIndex((line) => line.includes('tool_result'));
    const entries = new TranscriptEntries(null);
    entries.add(lines.slice(0, at).flatMap((line) => factsOf(line)));
    expect(entries.running().map(({ tool }) => tool?.outcome)).toEqual(['running']);
    expect(entries.running()).toEqual([]);
    const rest = entries.add(lines.slice(at).flatMap((line) => factsOf(line)));
    expect(rest[0]?.tool).toMatchObject({ name: 'Write', outcome: 'ok', result: expect.stringContaining('created') as string });
  });

  it('tells a usage limit and when it ends', () => {
    const failure = sample('transcript-usage-limit.jsonl').split('\n').flatMap((line) => factsOf(line)).find(({ kind }) => kind === 'failure');
    expect(failure).toMatchObject({
      failure: { error: 'rate_limit', status: 429, isUsageLimit: true, resetsAtMs: 1_795_891_273_000, text: expect.stringContaining('limit') as string },
    });
  });

  it('passes over half lines, unknown kinds and fields of another shape', () => {
    const odd = ['{"type":"assistant","mess', '{"type":"of-tomorrow","message":1}', '[]', 'null', '', '{"type":"assistant","message":{"content":[7,null,{"type":"tool_use"}],"usage":"x"}}', '{"type":"user","message":{"content":{"a":1}}}'];
    expect(odd.flatMap((line) => factsOf(line))).toEqual([]);
  });
});

describe('lines of a growing file', () => {
  it('are the same however the bytes are cut', () => {
    const text = `${sample('transcript.jsonl')}{"é":"😀"}\n`;
    const bytes = Buffer.from(text);
    holds(
      property(array(nat(bytes.length), { maxLength: 30 }), (cuts) => {
        const lines = new JsonLines();
        const at = [0, ...cuts.toSorted((a, b) => a - b), bytes.length];
        const got = at.slice(1).flatMap((end, i) => lines.push(bytes.subarray(at[i], end)));
        expect(got).toEqual(text.split('\n').slice(0, -1));
        expect(lines.pending).toBe(0);
      }),
    );
  });

  it('keep half a line for later, and pass over one that is too long', () => {
    const lines = new JsonLines(10);
    expect(lines.push(Buffer.from('one\ntw'))).toEqual(['one']);
    expect(lines.pending).toBe(2);
    expect(lines.push(Buffer.from(`o\n${'x'.repeat(11)}`))).toEqual(['two']);
    expect(lines.push(Buffer.from('yyy\nthree\n'))).toEqual(['three']);
  });
});
