import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createCheckedServer } from '../../testkit/checked-server.ts';
import { record } from '../../testkit/lines.ts';

let server: ReturnType<typeof createCheckedServer>;
beforeEach(() => {
  server = createCheckedServer({
    sample: {
      workspace: 'shop',
      workflow: 'release',
      input: { tag: "it's" },
      command: 'npx millrace workflow start release',
    },
  });
});
afterEach(() => server.close());

const get = (url: string) => server.app.inject({ url, headers: { host: 'localhost:7070' } });

describe('the home page', () => {
  test('shows workspaces, workflows, problems, runs, and how to start the sample', async () => {
    await server.fake.start();
    const { body } = await get('/');
    for (const part of [
      'Workspace shop',
      '<td>release</td>',
      'Nobody calls &lt;it&gt;.',
      '<a href="/runs/1000">1000</a>',
      '▶ running',
      'npx millrace workflow start release',
      'curl -X POST http://localhost:7070/api/v1/workspaces/shop/workflows/release/runs',
      'it&#39;\\&#39;&#39;s',
    ]) {
      expect(body).toContain(part);
    }
  });

  test('reloads by itself while a run is under way', async () => {
    const run = await server.fake.start();
    expect((await get('/')).body).toContain('http-equiv="refresh"');
    server.fake.end(run, 'succeeded');
    expect((await get('/')).body).not.toContain('http-equiv="refresh"');
  });

  test('lets a browser run and load nothing but its own style', async () => {
    const { headers, body } = await get('/');
    const [, style] = /<style>([\s\S]*)<\/style>/.exec(body) ?? [];
    const hash = createHash('sha256')
      .update(style ?? '')
      .digest('base64');
    expect(headers['content-security-policy']).toBe(
      `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    );
    expect(body).not.toMatch(/<script| style=| on\w+=/);
  });
});

describe('the page of a run', () => {
  test('shows steps, logs and input, with markup in them as text', async () => {
    const run = await server.fake.start({ tag: '<script>alert(1)</script>' });
    server.fake.appendLog(run, {}, record('<b>bold</b>'));
    const { body, headers } = await get(`/runs/${run}`);
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect(body).toContain('&lt;b&gt;bold&lt;/b&gt;');
    expect(body).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(body).not.toContain('<script>');
    expect(body).toContain('<td>build</td>');
    expect(body).toContain('http-equiv="refresh"');
  });

  test('shows the end of a long log, beginning with a whole line', async () => {
    const run = await server.fake.start();
    const lines = Array.from({ length: 2000 }, (_, index) => record(`line-${index}.`)).join('');
    server.fake.appendLog(run, {}, lines);
    const { body } = await get(`/runs/${run}`);
    expect(body).toContain('line-1999.');
    expect(body).not.toContain('line-0.');
    expect(body).toMatch(/left out here\)\nline-\d+\.\n/);
  });

  test('of a run that there is not is an error', async () => {
    expect((await get('/runs/99')).statusCode).toBe(404);
    expect((await get('/runs/x')).json().error.code).toBe('run_not_found');
  });
});
