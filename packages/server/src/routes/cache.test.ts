import { afterEach, beforeEach, expect, test } from 'vitest';
import { createCheckedServer } from '../../testkit/checked-server.ts';

let server: ReturnType<typeof createCheckedServer>;
beforeEach(() => {
  server = createCheckedServer();
});
afterEach(async () => {
  expect(server.violations).toEqual([]);
  await server.close();
});

test('the cache is listed and cleared by its filter', async () => {
  const listed = await server.app.inject({
    url: '/api/v1/cache?workspace=shop&workflow=release&step=build&key=v1&limit=5',
    headers: { host: 'localhost' },
  });
  expect([listed.statusCode, listed.json()]).toMatchObject([
    200,
    { items: [{ key: 'v1', hash: 'ab', step: 'build', run: '1000', size_bytes: 7 }], next: null },
  ]);
  const cleared = await server.app.inject({
    method: 'POST',
    url: '/api/v1/cache/clear',
    headers: { host: 'localhost', 'content-type': 'application/json' },
    payload: { workspace: 'shop' },
  });
  expect([cleared.statusCode, cleared.json()]).toEqual([200, { removed: 3 }]);
  const wrong = await server.app.inject({ url: '/api/v1/cache?workflw=x', headers: { host: 'localhost' } });
  expect(wrong.statusCode).toBe(400);
  expect(server.fake.seen.cacheFilters).toEqual([
    { workspace: 'shop', workflow: 'release', step: 'build', label: 'v1' },
    { workspace: 'shop' },
  ]);
});
