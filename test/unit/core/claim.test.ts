import { describe, expect, it } from 'vitest';
import type { Activity } from '../../../src/core/activity.ts';
import { breakerOf, checkClaims, covers, doingOf, doingWithin, isShared, JUST_MS, overlapOf, parsePattern, type Doing } from '../../../src/core/claim.ts';

const claimant = (agent: string, pattern: string, folder = '/shop') => ({ agent, folder, patterns: [pattern] });
const overlap = (one: string, other: string, folder?: string): boolean => overlapOf(claimant('a', one), claimant('b', other, folder)) !== null;

describe('patterns', () => {
  it('are kept in one form, and never lead out of the folder', () => {
    expect(['./src/api/', 'src//api', '**', '[id].ts'].map(parsePattern)).toEqual(['src/api', 'src/api', '**', '[id].ts']);
    for (const wrong of ['', '/', '.', '/etc/passwd', '../other', 'src/../../other']) expect(() => parsePattern(wrong)).toThrow(/no pattern/);
  });

  it('cover what fits, and all below a plain name', () => {
    const covered = (pattern: string): string[] => ['a.ts', 'src/a.ts', 'src/api/b.ts', 'src/api/v1/c.md', 'srcs/d'].filter((file) => covers('/shop', pattern, `/shop/${file}`));
    expect(covered('src')).toEqual(['src/a.ts', 'src/api/b.ts', 'src/api/v1/c.md']);
    expect(covered('src/api/**')).toEqual(['src/api/b.ts', 'src/api/v1/c.md']);
    expect(covered('**/*.ts')).toEqual(['a.ts', 'src/a.ts', 'src/api/b.ts']);
    expect([covered('*/?.ts'), covered('src/*')]).toEqual([['src/a.ts'], ['src/a.ts']]);
    expect(covers('/shop', '**', '/other/a.ts')).toBe(false);
    expect(covers('/shop', '[id].ts', '/shop/i.ts')).toBe(false);
    // What a file is called is no pattern.
    expect([covers('/shop', 'a.ts', '/shop/*'), covers('/sh*p', 'a', '/shop/a')]).toEqual([false, false]);
  });

  it('overlap where some path could fit both', () => {
    const both = [['src/api/**', 'src/api/**'], ['src', 'src/api/x.ts'], ['src/*/x', 'src/api/**'], ['**/*.ts', 'src/a.*'], ['a*c', '*b*c'], ['**', 'x'], ['src/*/x', 'src/api/**/y/z']] as const;
    for (const [one, other] of both) expect([one, other, overlap(one, other), overlap(other, one)]).toEqual([one, other, true, true]);
    const apart = [['src/api/**', 'src/web/**'], ['*.ts', '*.md'], ['src', 'srcs'], ['src/a?', 'src/abc'], ['src/**/*.ts', 'src/**/*.md'], ['src/*', 'src/api/x']] as const;
    for (const [one, other] of apart) expect([one, other, overlap(one, other), overlap(other, one)]).toEqual([one, other, false, false]);
  });

  it('are compared from the folders that they start in', () => {
    expect(overlap('src/api/**', 'api/x.ts', '/shop/src')).toBe(true);
    expect(overlap('api/**', 'api/**', '/shop/src')).toBe(false);
    expect(() => checkClaims(claimant('b', 'src/x'), [claimant('b', 'src'), claimant('a', 'src')])).toThrow('b cannot claim src/x: a claims src');
    expect([isShared('/shop', '/shop/src'), isShared('/shop', '/shop2'), isShared('/', '/shop')]).toEqual([true, false, true]);
  });
});

describe('who broke a claim', () => {
  const others = (values: Record<string, Doing>) => new Map(Object.entries(values));

  it('is nobody while the claimant may have written it', () => {
    expect(breakerOf('works', others({ b: 'works' }))).toBeUndefined();
    expect(breakerOf('unknown', others({ b: 'works' }))).toBeUndefined();
  });

  it('is named only where one alone worked and the others are known to rest', () => {
    expect(breakerOf('rests', others({ b: 'works', c: 'rests' }))).toBe('b');
    expect(breakerOf('rests', others({ b: 'works', c: 'works' }))).toBeNull();
    expect(breakerOf('rests', others({ b: 'works', c: 'unknown' }))).toBeNull();
    expect(breakerOf('rests', others({ b: 'unknown' }))).toBeNull();
    expect(breakerOf('rests', others({ b: 'rests' }))).toBeNull();
  });

  it('is judged by what is known of both ends of the time in which it happened', () => {
    const activity = (status: Activity['status']): Activity => ({ status, evidence: '', at: '2030-01-01T00:00:00.000Z' });
    const nowMs = Date.parse('2030-01-01T00:00:00.000Z') + JUST_MS;
    const doing = (status: Activity['status'], atMs = nowMs): Doing => doingOf({ isPaused: false, isRunning: true, activity: activity(status) }, atMs);
    expect([doing('working'), doing('idle'), doing('waiting'), doing('unknown')]).toEqual(['works', 'rests', 'rests', 'unknown']);
    // It has just come to rest: what it wrote right before may be seen only now.
    expect(doing('idle', nowMs - 1)).toBe('unknown');
    expect(doingOf({ isPaused: true, isRunning: true, activity: activity('unknown') }, nowMs)).toBe('rests');
    expect(doingOf({ isPaused: false, isRunning: false, activity: activity('idle') }, nowMs)).toBe('unknown');
    expect([doingWithin('rests', 'works'), doingWithin('rests', 'unknown'), doingWithin('rests', 'rests')]).toEqual(['works', 'unknown', 'rests']);
  });
});
