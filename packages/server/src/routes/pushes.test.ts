import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createCheckedServer } from '../../testkit/checked-server.ts';
import { createFakeSources, pushSecret } from '../../testkit/fake-sources.ts';

let sources: ReturnType<typeof createFakeSources>;
let server: ReturnType<typeof createCheckedServer>;
beforeEach(() => {
  sources = createFakeSources();
  server = createCheckedServer({ sources, apiToken: 'an-api-token-of-the-server' });
});
afterEach(async () => {
  expect(server.violations).toEqual([]);
  await server.close();
});

const body = '{"ref": "refs/heads/main",  "ä": 1}';
const signed = (text: string, secret = pushSecret): string =>
  `sha256=${createHmac('sha256', secret).update(text).digest('hex')}`;

async function push(headers: Readonly<Record<string, string>>, payload = body, workspace = 'shop'): Promise<number> {
  const type = { 'content-type': 'application/json', ...headers };
  const url = `/sources/${workspace}/push`;
  return (await server.app.inject({ method: 'POST', url, headers: type, payload })).statusCode;
}

describe('the push hook of a workspace', () => {
  it.each([
    ['GitHub', { 'x-hub-signature-256': signed(body) }],
    [
      'GitHub with a form',
      { 'x-hub-signature-256': signed(body), 'content-type': 'application/x-www-form-urlencoded' },
    ],
    ['Bitbucket', { 'x-hub-signature': signed(body) }],
    ['GitLab', { 'x-gitlab-token': pushSecret }],
    ['a script', { authorization: `Bearer ${pushSecret}` }],
  ])('lets %s in, without the API token', async (_who, headers) => {
    expect(await push(headers)).toBe(202);
    expect(sources.soon).toEqual(['shop']);
  });

  const refused: readonly (readonly [what: string, headers: Readonly<Record<string, string>>, workspace?: string])[] = [
    ['nothing', {}],
    ['a signature with another secret', { 'x-hub-signature-256': signed(body, 'other') }],
    ['a signature of another body', { 'x-hub-signature-256': signed(`${body} `) }],
    ['a wrong signature beside the right token', { 'x-hub-signature-256': 'sha256=0', 'x-gitlab-token': pushSecret }],
    ['a wrong token', { 'x-gitlab-token': 'push-secreT' }],
    ['the API token', { authorization: 'Bearer an-api-token-of-the-server' }],
    ['the right secret for a workspace without a hook', { 'x-gitlab-token': pushSecret }, 'other'],
  ];
  it.each(refused.map(([what, headers, workspace = 'shop']) => ({ what, headers, workspace })))(
    'refuses $what',
    async ({ headers, workspace }) => {
      expect(await push(headers, body, workspace)).toBe(401);
      expect(sources.soon).toEqual([]);
    },
  );

  it('takes an empty body, and none that is too large', async () => {
    expect(await push({ 'x-gitlab-token': pushSecret }, '')).toBe(202);
    expect(await push({ 'x-gitlab-token': pushSecret }, 'x'.repeat(2 * 1024 * 1024))).toBe(413);
  });
});
