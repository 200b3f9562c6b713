// Users, groups, roles, keys, and approvals that they answer: the real binary against a real server.
import { describe, expect, it } from 'vitest';
import { serveDev } from './dev-server.ts';

const yaml = `
workflows:
  release:
    steps:
      ask: { type: approval, prompt: "Release?", approvers: { groups: [release] }, separation_of_duty: true }
`;

const { cli, json, run, url, write } = serveDev((scratch) => scratch.write('.workflows/a.yaml', yaml));
const as = (token: string, ...args: string[]) => run(args, { token });

/** Somebody with a password of a file, in groups, who shows a key. */
async function person(name: string, ...groups: string[]): Promise<string> {
  write(`${name}.txt`, `three small owls of ${name.slice(0, 1)}\n`);
  await cli('user', 'add', name, '--password-file', `${name}.txt`);
  for (const group of groups) await cli('group', 'add-member', group, name);
  const issued = await fetch(`${url()}/api/v1/sign-in`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name, password: `three small owls of ${name.slice(0, 1)}` }),
  });
  const cookie = issued.headers
    .getSetCookie()
    .map((one) => one.split(';', 1)[0])
    .join('; ');
  const made = await fetch(`${url()}/api/v1/me/api-keys`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', cookie },
    body: JSON.stringify({ name: 'test' }),
  });
  return ((await made.json()) as { key: string }).key;
}

describe('people', { timeout: 180_000 }, () => {
  it('are added, get roles within what whoever gives them has, and answer approvals in their own name', async () => {
    const added = await cli('user', 'add', 'zoe', '--email', 'zoe@example.org');
    expect(added.stdout).toMatch(
      /By this link zoe sets a password, once, until .*\n {2}http:\S+\/set-password#\S{43}\n/,
    );
    await cli('group', 'add', 'release', '--description', 'Who may release');
    const [ada, bob] = [await person('ada', 'release'), await person('bob', 'release')];
    for (const user of ['ada', 'bob', 'zoe']) {
      expect(await cli('role', 'bind', 'approver', '--user', user, '--workspace', 'main')).toMatchObject({ exit: 0 });
    }
    await cli('role', 'bind', 'operator', '--user', 'ada', '--workspace', 'main');

    const { id } = JSON.parse((await as(ada, 'workflow', 'start', 'release', '--json')).stdout);
    expect((await as(ada, 'approval', 'list', '--mine', '--json')).stdout).toContain('"items":[]');
    expect(JSON.parse((await as(bob, 'approval', 'list', '--mine', '--json')).stdout).items).toMatchObject([
      { run: id },
    ]);
    const own = await as(ada, 'approval', 'approve', id, 'ask', '--by', 'bob');
    expect(own).toMatchObject({ exit: 2 });
    expect(own.stderr).toContain('ada may not answer this approval, having started the run.');
    expect((await cli('explain', id)).stdout).toContain(
      'Members of release may answer, but not ada, who started the run.',
    );
    expect((await as(bob, 'approval', 'delegate', id, 'ask', 'zoe')).stdout).toContain('zoe may answer ask of run');
    expect(await as(bob, 'approval', 'approve', id, 'ask')).toMatchObject({ exit: 2 });
    expect(await cli('approval', 'approve', id, 'ask', '--by', 'zoe')).toMatchObject({ exit: 0 });
    expect((await json('run', 'get', id)).status).toBe('succeeded');
  });

  it('give away what they have and no more, and are told what is missing', async () => {
    await cli('role', 'put', 'manager', '--allow', 'user:*', '--allow', 'role:*', '--allow', 'run:read,workspace=main');
    const mia = await person('mia');
    expect((await cli('role', 'bind', 'manager', '--user', 'mia')).stdout).toBe(
      'mia has the role manager everywhere.\n',
    );
    const refused = await as(mia, 'role', 'bind', 'admin', '--user', 'mia');
    expect(refused).toMatchObject({ exit: 2 });
    expect(refused.stderr).toContain('You cannot give or take the role admin');
    expect(await as(mia, 'role', 'put', 'reader', '--allow', 'run:read,workspace=main')).toMatchObject({ exit: 0 });
    expect(await as(mia, 'role', 'put', 'reader', '--allow', 'run:read')).toMatchObject({ exit: 2 });
    expect(await as(mia, 'user', 'reset-password', 'ada')).toMatchObject({ exit: 2 });
    expect((await cli('role', 'put', 'bird', '--allow', 'run:fly')).stderr).toContain('"run:fly" means no permission');
    write('role.json', JSON.stringify({ description: 'Looks.', grants: [{ permission: '*:read' }] }));
    await cli('role', 'put', 'looker', '--file', 'role.json');
    expect((await cli('role', 'show', 'looker')).stdout).toBe('looker\nLooks.\n  allow *:read\n');
    await cli('role', 'put', 'night', '--allow', 'run:*,folder=etl/nightly,own');
    expect((await cli('role', 'show', 'night')).stdout).toContain('allow run:* in folder etl/nightly, own');
    expect((await cli('role', 'put', 'night', '--allow', 'run:*,folder=/etl')).stderr).toContain(
      'expected a folder such as etl/nightly',
    );
    expect((await cli('role', 'bind', 'operator', '--user', 'mia', '--folder', 'etl')).stdout).toBe(
      'mia has the role operator in folder etl.\n',
    );
    const bindings = (await cli('role', 'bindings')).stdout;
    expect(bindings).toContain('operator in workspace main');
    expect(bindings).toContain('manager everywhere');
  });

  it('make keys for programs, which are shown once and revoked', async () => {
    await cli('service-account', 'add', 'deployer');
    const made = await cli(
      'api-key',
      'create',
      'ci',
      '--account',
      'deployer',
      '--scope',
      'run:read',
      '--expires',
      '90d',
    );
    const key = made.stdout.trim();
    expect(key).toMatch(/^mrk_/);
    const { items } = await json('api-key', 'list', '--account', 'deployer');
    expect(items).toMatchObject([{ account: 'deployer', scopes: [{ permission: 'run:read' }] }]);
    expect(JSON.stringify(items)).not.toContain(key.slice(15));
    await cli('api-key', 'revoke', items[0].id);
    expect((await as(key, 'run', 'list')).stderr).toContain('The API key is not good');
    expect((await cli('user', 'show', 'deployer')).stderr).toContain('it is a service account');
    expect((await cli('user', 'list')).stdout).toMatch(/zoe .*no password/);
  });
});
