// The audit log of a real server, from the command line.
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { serveDev } from './dev-server.ts';

const yaml = 'workflows:\n  once:\n    steps:\n      only: { type: shell, cmd: echo hello }\n';
const { cli, run, write } = serveDev((scratch) => scratch.write('.workflows/a.yaml', yaml));

describe('the audit log', { timeout: 120_000 }, () => {
  it('tells what was done, is exported and verified, and an exported file shows tampering', async () => {
    const value = 'hunter2-is-hidden';
    expect(await run(['secret', 'set', 'token'], { input: value })).toMatchObject({ exit: 0 });
    expect(await cli('secret', 'rm', 'token')).toMatchObject({ exit: 0 });
    expect(await cli('workflow', 'start', 'once')).toMatchObject({ exit: 0 });
    expect((await cli('run', 'cancel', '999')).exit).not.toBe(0);

    // The start of a run answers before its entry is stored; what was done after it waits for both.
    const { items } = JSON.parse((await cli('audit', 'list', '--json')).stdout);
    const told = items.map(({ operation, outcome }: Record<string, string>) => `${operation} ${outcome}`);
    expect(told).toEqual(['cancelRun failed', 'startRun done', 'removeSecret done', 'setSecret done']);
    expect(items.at(-1)).toMatchObject({ actor: 'local', object: 'workspaces/main/secrets/token', before: null });
    const list = await cli('audit', 'list', '--object', 'workspaces/main/secrets', '--limit', '1');
    expect(list.stdout).toMatch(/^ENTRY .*\n2 .* local .* removeSecret .* done/);
    expect(list.stderr).toContain('More: --after 2');

    const verified = await cli('audit', 'verify');
    expect(verified).toMatchObject({ exit: 0, stdout: expect.stringContaining('right 4 rows, up to 4.') });
    const [, anchor = ''] = /Anchor for later: (\S+)/.exec(verified.stdout) ?? [];
    expect(await cli('audit', 'verify', '--anchor', anchor)).toMatchObject({ exit: 0 });
    const forked = await cli('audit', 'verify', '--anchor', `4:${'0'.repeat(64)}`, '--json');
    expect([forked.exit, JSON.parse(forked.stdout).findings[0].kind]).toEqual([1, 'forked']);

    const exported = await cli('audit', 'export');
    expect(exported.stderr).toContain(`Anchor: ${anchor}`);
    expect(exported.stdout + list.stdout + JSON.stringify(items)).not.toContain(value);
    const file = write('audit.jsonl', exported.stdout);
    expect(await cli('audit', 'verify', '--file', 'audit.jsonl', '--anchor', anchor)).toMatchObject({ exit: 0 });
    writeFileSync(file, readFileSync(file, 'utf8').replace('cancelRun', 'pauseRun'));
    const tampered = await cli('audit', 'verify', '--file', 'audit.jsonl');
    expect(tampered).toMatchObject({ exit: 1, stdout: expect.stringContaining('Row 4 was changed') });
    expect((await cli('audit', 'verify', '--anchor', 'x')).exit).toBe(2);
  });
});
