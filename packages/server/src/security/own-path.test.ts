import { expect, test } from 'vitest';
import { ownPath } from './own-path.ts';

test.each([
  ['/', '/'],
  ['/runs/1042?tab=logs#end', '/runs/1042?tab=logs#end'],
  ['/a/../runs', '/runs'],
  [undefined, '/'],
  ['', '/'],
  ['runs', '/'],
  ['//evil.example', '/'],
  ['///evil.example', '/'],
  ['/\\evil.example', '/'],
  ['\\\\evil.example', '/'],
  ['/\t/evil.example', '/'],
  ['/.//evil.example', '/'],
  ['/x/..//evil.example', '/'],
  ['https://evil.example/', '/'],
  ['javascript:alert(1)', '/'],
  ['/runs\r\nset-cookie: a=b', '/'],
  ['/api/v1/sign-out', '/'],
  ['/hooks/shop/push', '/'],
  ['/%61pi/v1/sign-out', '/'],
  ['/%68ooks/shop/push', '/'],
  ['/x/%2e%2e/api/v1/sign-out', '/'],
  ['/%5cevil.example', '/'],
  ['/%2fevil.example', '/'],
  ['/%', '/'],
])('%j leads to %j', (given, path) => {
  expect(ownPath(given)).toBe(path);
});
