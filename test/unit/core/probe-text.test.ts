import { expect, it } from 'vitest';
import { parseHttpTarget, parseStatuses, parseTcpTarget } from '../../../src/core/probe-text.ts';

it.each([
  ['http://127.0.0.1:8080/health', { url: 'http://127.0.0.1:8080/health' }],
  ['https://h/', { url: 'https://h/' }],
  ['http+unix:///run/app.sock:/health?x=1', { url: 'http://localhost/health?x=1', socket: '/run/app.sock' }],
  ['http+unix:///run/app.sock', { url: 'http://localhost/', socket: '/run/app.sock' }],
  ['http+unix://%2Frun%2Fapp.sock/health', { url: 'http://localhost/health', socket: '/run/app.sock' }],
  ['ftp://h/', undefined],
  ['http://', undefined],
  ['http+unix://run/app.sock:/', undefined],
  [`http+unix:///${'x'.repeat(120)}:/`, undefined],
  ['127.0.0.1:80', undefined],
])('%s as an address', (text, target) => {
  expect(parseHttpTarget(text)).toEqual(target);
});

it.each([
  ['200', [{ from: 200, to: 200 }]],
  ['200-299, 404', [{ from: 200, to: 299 }, { from: 404, to: 404 }]],
  ['99', undefined],
  ['299-200', undefined],
  ['700', undefined],
  ['200,', undefined],
  ['ok', undefined],
])('%s as statuses', (text, ranges) => {
  expect(parseStatuses(text)).toEqual(ranges);
});

it.each([
  ['5432', { host: '127.0.0.1', port: 5432 }],
  ['[::1]:80', { host: '::1', port: 80 }],
  ['db:70000', undefined],
  ['db', undefined],
])('%s as host and port', (text, target) => {
  expect(parseTcpTarget(text)).toEqual(target);
});
