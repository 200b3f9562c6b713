// Webhooks of a real server: a request signed as GitHub signs it, and what the command line tells of it.
import { createHmac } from 'node:crypto';
import { chmodSync, readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeScratch, type Running, run, type Scratch } from './command-line.ts';
import { addressOf, startDev } from './dev-server.ts';

const guide = readFileSync(new URL('../../../docs/guide/webhooks.md', import.meta.url), 'utf8');
const [push = ''] = [...guide.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map((match) => match[1] ?? '');

let scratch: Scratch;
let server: Running | null = null;
beforeEach(() => {
  scratch = makeScratch();
  scratch.write('.workflows/push.yaml', push);
  scratch.write(
    '.workflows/ask.yaml',
    'workflows:\n  ask: { input: { n: { type: string } }, steps: { say: { type: shell, cmd: "echo OUTPUT: {{ input.n }}" } }, output: { twice: "{{ steps.say.output * 2 }}" } }\n' +
      'triggers:\n  ask: { type: webhook, workflow: ask, mode: sync, methods: [GET], secret: "{{ secrets.ask }}" }\n',
  );
});
afterEach(async () => {
  server?.child.kill('SIGKILL');
  await server?.ended;
  scratch.remove();
});

describe('millrace webhook', { timeout: 120_000 }, () => {
  it('takes what is signed, refuses and logs the rest, and delivers again', async () => {
    chmodSync(scratch.write('secrets', 'ask=let-me-in\n'), 0o600);
    const env = { MILLRACE_SECRET_GITHUB_HOOK: 'hunter2' };
    server = await startDev(scratch, { args: ['--secrets-file', 'secrets'], env });
    const url = await addressOf(server);
    const remote = { cwd: scratch.path, env: { MILLRACE_URL: url } };
    const webhook = (...args: readonly string[]) => run(['webhook', ...args], remote);
    const json = async (...args: readonly string[]) => JSON.parse((await webhook(...args, '--json')).stdout);

    expect((await webhook('list')).stdout).toMatch(/main\/push +build +github +async +POST \/hooks\/main\/push\n/);
    expect((await webhook('get', 'push')).stdout).toContain('secret github_hook (known to the server)');

    const body = JSON.stringify({ ref: 'refs/heads/main', pusher: { name: 'ada' } });
    const send = (text: string, delivery: string, signed = text) =>
      fetch(`${url}/hooks/main/push`, {
        method: 'POST',
        body: text,
        headers: {
          'content-type': 'application/json',
          'x-github-event': 'push',
          'x-github-delivery': delivery,
          'x-hub-signature-256': `sha256=${createHmac('sha256', 'hunter2').update(signed).digest('hex')}`,
        },
      });
    const accepted = await send(body, 'd1');
    const started = (await accepted.json()) as { id: string; status_url: string };
    expect([accepted.status, started]).toEqual([
      202,
      { id: started.id, created: true, status_url: `/api/v1/runs/${started.id}` },
    ]);
    const got = JSON.parse((await run(['run', 'get', started.id, '--json'], remote)).stdout);
    expect(got).toMatchObject({
      input: { ref: 'refs/heads/main', pusher: 'ada' },
      trigger: { type: 'webhook', delivery: 'd1' },
    });

    expect((await send(body, 'd1')).status).toBe(200);
    expect((await send(body, 'd2')).status).toBe(409);
    expect((await send(body.replace('ada', 'eve'), 'd3', body)).status).toBe(401);
    expect((await fetch(`${url}/hooks/main/none`, { method: 'POST' })).status).toBe(404);

    const asked = await fetch(`${url}/hooks/main/ask?n=21&token=let-me-in`);
    expect([asked.status, await asked.json()]).toMatchObject([200, { status: 'succeeded', output: { twice: 42 } }]);
    expect((await fetch(`${url}/hooks/main/ask?n=21&token=let-me-out`)).status).toBe(401);

    const listed = await json('deliveries', 'push');
    const outcomes = listed.items.map(
      (one: { outcome: string; reason: string | null }) => `${one.outcome} ${one.reason}`,
    );
    expect(outcomes).toEqual(['refused signature_wrong', 'refused replayed', 'duplicate duplicate', 'accepted null']);
    const first = listed.items.at(-1).id;
    expect((await webhook('deliveries', first)).stdout).toContain('"pusher":{"name":"ada"}');
    expect((await webhook('redeliver', first)).stdout).toMatch(/^Run \d+ was started \(delivery \d+\)\.\n$/);
    expect((await webhook('deliveries', '--outcome', 'refused')).stdout).toMatch(/refused: signature_wrong/);
    const everything = JSON.stringify([
      await json('deliveries'),
      await json('deliveries', first),
      await json('get', 'ask'),
    ]);
    expect(everything).not.toMatch(/hunter2|let-me-in/);
  });

  it('a secrets file that others may read keeps the server from starting', async () => {
    chmodSync(scratch.write('secrets', 'ask=let-me-in\n'), 0o644);
    const ended = await run(['dev', '--port', '0', '--data', 'data', '--secrets-file', 'secrets'], {
      cwd: scratch.path,
    });
    expect([ended.exit, ended.stderr]).toEqual([2, expect.stringContaining('chmod 600')]);
    expect(ended.stderr).not.toContain('let-me-in');
  });
});
