// Workers that join: the page gives the command, lists who came, and sends one away. The real server and a real worker.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { narrow } from './support/browser.ts';
import { serve } from './support/serve.ts';

const binary = fileURLToPath(new URL('../../millrace/bin/millrace.mjs', import.meta.url));
const site = serve({ shop: { '.workflows/a.yaml': 'workflows: {}\n' } });
let scratch: string;
let worker: ChildProcess | null = null;
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'millrace-web-worker-'));
});
afterAll(() => {
  worker?.kill('SIGKILL');
  rmSync(scratch, { recursive: true });
});

describe('workers', () => {
  test('are added by a command that is shown once, are listed, and are revoked', async () => {
    const { page } = site.window;
    await page.goto('/workers');
    await page.getByText('No worker has joined yet').waitFor();
    await page.getByRole('button', { name: 'Add a worker' }).click();
    await page.getByLabel('What it is for').fill('build machines');
    await page.getByLabel('they may serve a part of the work only').check();
    await page.getByLabel('Workspaces').fill('shop');
    await page.getByLabel('Queues').fill('build, nightly');
    await site.window.inspect('worker-add');
    await page.getByRole('button', { name: 'Make the command' }).click();
    const command = (await page.getByText(/--join-token mrj_/).textContent()) ?? '';
    await site.window.inspect('worker-command');
    await page.getByRole('button', { name: 'Done' }).click();
    const [, token = ''] = /--join-token (mrj_\S+) --queues build,nightly$/.exec(command) ?? [];
    expect(command).toContain(`millrace work --server ${site.millrace.url} `);
    await page.getByRole('row', { name: /build machines .*workspace shop; queues build, nightly.* 0 of 1/ }).waitFor();
    expect(await page.content()).not.toContain(token.slice(15));

    const own = ['--name', 'build-7', '--token-file', join(scratch, 'worker.json'), '--folder', join(scratch, 'work')];
    const { MILLRACE_TOKEN: _token, MILLRACE_URL: _url, ...env } = process.env;
    worker = spawn(process.execPath, [binary, ...command.split(' ').slice(1), ...own], { env, stdio: 'ignore' });
    const ended = new Promise((resolve) => worker?.once('exit', resolve));
    const card = page.getByRole('article', { name: 'Worker build-7' });
    await card.waitFor();
    await page.getByRole('row', { name: /build machines .* 1 of 1/ }).waitFor();
    await site.window.inspect('workers-joined');
    await card.getByRole('button', { name: 'Revoke build-7' }).click();
    await site.window.inspect('worker-revoke');
    await page.getByRole('button', { name: 'Revoke it' }).click();
    await page.getByRole('row', { name: /build-7 .*revoked by local/ }).waitFor();
    await card.waitFor({ state: 'detached' });
    expect(await ended).toBe(2);
    await page.getByRole('button', { name: 'Revoke join token build machines' }).click();
    await page.getByRole('button', { name: 'Revoke it' }).click();
    await page.getByText('There is none: no worker can join now.').waitFor();

    const phone = await site.browser.open(site.millrace.url, narrow);
    await phone.page.goto('/workers');
    await phone.page.getByRole('row', { name: /build-7/ }).waitFor();
    expect(await phone.page.evaluate('document.documentElement.scrollWidth - window.innerWidth')).toBe(0);
    await phone.close();
  });
});
