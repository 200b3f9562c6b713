// The workflow of the guide on re-runs, run again as the guide says, on a server.
import { describe, expect, it } from 'vitest';
import { serveGuide } from './dev-server.ts';

const { cli, json, url } = serveGuide('rerunning');

describe('the guide on re-runs', { timeout: 60_000 }, () => {
  it('shows a run that fails in one item, and a retry of it that fails again', async () => {
    const failed = await json('workflow', 'start', 'release', '--wait');
    expect(failed).toMatchObject({ status: 'failed', steps: { deploy: { items: { succeeded: 2, failed: 1 } } } });
    const retried = await cli('run', 'retry', failed.id, '--wait');
    expect(retried.exit).toBe(1);
    expect(retried.stdout).toContain(`re-run of run ${failed.id}`);
    expect(retried.stdout).toMatch(new RegExp(`build +succeeded +reused from run ${failed.id}`));
  });

  it('keeps what succeeded, and names where it came from', async () => {
    const failed = await json('workflow', 'start', 'release', '--wait');
    const again = await json('run', 'rerun', failed.id, '--failed', '--input', 'broken=none', '--wait');
    expect(again).toMatchObject({
      status: 'succeeded',
      rerun_of: { run: failed.id, from: ['failed'] },
      input: { broken: 'none', regions: ['eu', 'us', 'asia'] },
      steps: {
        build: { reason: 'reused', attempts: 0, output: { tag: 'v1' }, reused: { run: failed.id, attempt: 1 } },
        deploy: { attempts: 1, items: { succeeded: 3 }, reused: { run: failed.id, items: 2 } },
        announce: { attempts: 1, reused: null },
      },
    });
    expect(await json('run', 'get', failed.id)).toMatchObject({ reruns: [{ run: again.id, status: 'succeeded' }] });
    expect((await json('run', 'list', '--rerun-of', failed.id)).items).toMatchObject([{ id: again.id }]);
    expect((await cli('explain', again.id, 'build')).stdout).toContain(
      `taken over from attempt 1 of run ${failed.id}; its logs: millrace run logs ${failed.id} --step build`,
    );
    const some = await json('run', 'rerun', again.id, '--from', 'deploy:0', '--from', 'deploy:1', '--wait');
    expect(some.steps.deploy).toMatchObject({ attempts: 2, reused: { items: 1 } });
    expect(await json('run', 'rerun', again.id, '--wait')).toMatchObject({ steps: { build: { reused: null } } });
  });

  it('says what is wrong with a starting point, and with a run that goes on', async () => {
    const failed = await json('workflow', 'start', 'release', '--wait');
    const wrong = await cli('run', 'rerun', failed.id, '--from', 'deplay');
    expect([wrong.exit, wrong.stderr]).toEqual([
      2,
      expect.stringMatching(/no step deplay[\s\S]*Did you mean deploy\?/),
    ]);
    const malformed = await cli('run', 'rerun', failed.id, '--from', 'deploy:x');
    expect([malformed.exit, malformed.stderr]).toEqual([2, expect.stringContaining('STEP or STEP:ITEM is expected')]);
  });

  it('retries all that failed, once', async () => {
    const failed = await json('workflow', 'start', 'release', '--wait', '--tags', 'bulk');
    const filter = ['run', 'retry', '--all', '--tag', 'bulk', '--since', '1h'];
    expect(await json(...filter, '--dry-run')).toMatchObject({ dry_run: true, counts: { planned: 1 } });
    const refused = await cli(...filter);
    expect([refused.exit, refused.stderr]).toEqual([2, expect.stringMatching(/1 run would be retried[\s\S]*--yes/)]);
    const done = await cli(...filter, '--yes');
    expect([done.exit, done.stdout]).toEqual([0, expect.stringMatching(/1 retried\.\n$/)]);
    const [rerun] = (await json('run', 'list', '--rerun-of', failed.id)).items;
    await cli('run', 'cancel', rerun.id, '--force', '--wait');
    expect(await json(...filter, '--status', 'failed', '--yes')).toMatchObject({
      counts: { planned: 0, unchanged: expect.any(Number) },
      items: expect.arrayContaining([expect.objectContaining({ run: failed.id, rerun: rerun.id })]),
    });
    expect((await cli('run', 'cancel', '--all', '--tag', 'nobody', '--yes')).stdout).toBe('No run matches.\n');
    expect((await cli('run', 'cancel')).stderr).toContain('give a run by its id, or --all');
    expect((await cli('run', 'cancel', failed.id, '--yes')).stderr).toContain('go with --all');
  });

  it('starts once with one key: starts and re-runs alike', async () => {
    const first = await json('workflow', 'start', 'release', '--key', 'monday');
    expect(await json('workflow', 'start', 'release', '--key', 'monday')).toEqual({ id: first.id, created: false });
    const starts = `${url()}/api/v1/workspaces/main/workflows/release/runs`;
    const headers = { 'content-type': 'application/json', 'idempotency-key': 'monday' };
    const answer = await fetch(starts, { method: 'POST', headers, body: '{}' });
    expect([answer.status, await answer.json()]).toMatchObject([200, { id: first.id, created: false }]);
    await cli('run', 'cancel', first.id, '--wait');
    const again = await json('run', 'retry', first.id, '--key', 'tuesday');
    expect(await json('run', 'retry', first.id, '--key', 'tuesday')).toMatchObject({ id: again.id, created: false });
  });
});
