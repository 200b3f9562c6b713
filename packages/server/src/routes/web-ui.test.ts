import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createCheckedServer } from '../../testkit/checked-server.ts';

let folder: string;
let server: ReturnType<typeof createCheckedServer>;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-ui-'));
  mkdirSync(join(folder, 'assets'));
  writeFileSync(
    join(folder, 'index.html'),
    '<meta property="csp-nonce" nonce=""><script src="/assets/a-1.js"></script>',
  );
  writeFileSync(join(folder, 'icon.svg'), '<svg/>');
  writeFileSync(join(folder, 'assets/a-1.js'), 'plain()');
  writeFileSync(join(folder, 'assets/a-1.js.gz'), 'zipped');
  server = createCheckedServer({ webUi: folder });
});
afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

const get = (url: string, headers: Record<string, string> = {}) =>
  server.app.inject({ url, headers: { host: 'localhost', ...headers } });
const browser = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };

describe('the page', () => {
  test('answers at every address of the UI, is never kept, and lets nothing in but what comes from here', async () => {
    for (const url of ['/', '/runs', '/runs/1042?step=build', '/workspaces/main/workflows/a.b']) {
      const { statusCode, headers, body } = await get(url, browser);
      expect([url, statusCode, headers['cache-control']]).toEqual([url, 200, 'no-store']);
      const [, nonce = ''] = /nonce="([^"]+)"/.exec(body) ?? [];
      expect(nonce.length).toBeGreaterThan(20);
      expect(headers['content-security-policy']).toBe(
        `default-src 'none'; script-src 'self'; style-src 'self' 'nonce-${nonce}'; font-src 'self'; img-src 'self' data:; ` +
          "connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      );
    }
  });

  test('has a new nonce each time', async () => {
    const [first, second] = await Promise.all([get('/', browser), get('/', browser)]);
    expect(first.body).not.toBe(second.body);
  });

  test.each([
    '/api/v1/nope',
    '/api',
    '/hooks/shop',
    '/sources/shop/nope',
    '/worker/v1/nope',
    '/health/nope',
    '/metrics/nope',
    '/openapi.json/x',
    '/assets/nope.js',
  ])('never stands in for %s', async (url) => {
    const answer = await get(url, browser);
    expect(answer.statusCode).toBe(404);
    expect(answer.headers['content-type']).toContain('application/json');
  });

  test('is not for programs: what is not there is an error to them', async () => {
    for (const accept of ['*/*', 'application/json']) {
      const answer = await get('/runs/1042', { accept });
      expect([answer.statusCode, answer.json().error.code]).toEqual([404, 'not_found']);
    }
    const posted = await server.app.inject({
      method: 'POST',
      url: '/runs',
      headers: { host: 'localhost', ...browser },
    });
    expect(posted.statusCode).toBe(404);
  });
});

describe('its files', () => {
  test('are kept for good by browsers, and sent as they were compressed', async () => {
    const plain = await get('/assets/a-1.js');
    expect([plain.statusCode, plain.body]).toEqual([200, 'plain()']);
    expect(plain.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect(plain.headers['content-type']).toContain('javascript');
    const zipped = await get('/assets/a-1.js', { 'accept-encoding': 'gzip' });
    expect([zipped.body, zipped.headers['content-encoding']]).toEqual(['zipped', 'gzip']);
    expect(zipped.headers['content-type']).toContain('javascript');
  });

  test('may be workers that call the server', async () => {
    expect((await get('/assets/a-1.js')).headers['content-security-policy']).toBe(
      "default-src 'none'; script-src 'self'; connect-src 'self'",
    );
  });

  test('are only those of the build', async () => {
    for (const url of ['/assets/../index.html', '/assets/..%2findex.html', '/assets/', '/.built-from']) {
      expect([url, (await get(url)).statusCode]).toEqual([url, expect.toSatisfy((status: number) => status >= 400)]);
    }
    expect((await get('/icon.svg')).headers['content-type']).toContain('image/svg+xml');
  });
});

test('without the built UI, the page says how to build it', async () => {
  const bare = createCheckedServer({ webUi: join(folder, 'nowhere') });
  const answer = await bare.app.inject({ url: '/', headers: { host: 'localhost' } });
  await bare.close();
  expect(answer.statusCode).toBe(503);
  expect(answer.body).toContain('npm run build');
});
