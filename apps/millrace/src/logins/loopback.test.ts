import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Loopback, openLoopback } from './loopback.ts';

let loopback: Loopback;
beforeEach(async () => {
  loopback = await openLoopback('the-state');
});
afterEach(() => loopback.close());

const visit = (query: string, init: RequestInit = {}) =>
  fetch(`http://127.0.0.1:${loopback.port}/${query}`, { redirect: 'manual', ...init });

it('takes the visit that has its state, and sends the browser on', async () => {
  const browser = visit('?state=the-state&proof=p');
  const { proof, sendOn } = await loopback.visit;
  expect(proof).toBe('p');
  await sendOn('http://millrace.example/login?answered=allowed');
  const { status, headers } = await browser;
  expect([status, headers.get('location')]).toEqual([302, 'http://millrace.example/login?answered=allowed']);
});

it('is told of a no', async () => {
  const browser = visit('?state=the-state&refused=true');
  const { proof, sendOn } = await loopback.visit;
  expect(proof).toBeNull();
  await sendOn('http://millrace.example/');
  expect((await browser).status).toBe(302);
});

it('does not take what other pages send there', async () => {
  for (const query of ['', '?proof=p', '?state=other&proof=p', '?state=the-state', '?state=other&refused=true']) {
    expect((await visit(query)).status).toBe(404);
  }
  expect((await visit('?state=the-state&proof=p', { method: 'POST' })).status).toBe(404);
  const none = Symbol('nobody came');
  expect(await Promise.race([loopback.visit, Promise.resolve(none)])).toBe(none);
});
