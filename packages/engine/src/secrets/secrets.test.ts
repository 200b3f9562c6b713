// Secrets from the engine's side: who is given which, what is stored, and that no row has a value.
import { randomBytes } from 'node:crypto';
import { type Assignment, MillraceError, type SecretsRequest } from '@millrace/core';
import { afterEach, describe, expect, it } from 'vitest';
import { type HandWorker, startTestEngine, type TestEngine } from '../../test/test-engine.ts';
import type { SecretSource } from '../ports/index.ts';
import { parseSecretKeys, type SecretKey } from './secret-keys.ts';

const value = 'hunter2-hunter2';

const definitions = `
secrets: { token: { description: For the registry. }, other: , password: }
connections:
  db: { values: { host: db.example.org, url: "postgres://u:{{ secrets.password }}@h/{{ 1 + 1 }}" } }
actions:
  call:
    type: http
    url: "https://example.org/{{ input.path }}"
    headers: { authorization: "Bearer {{ secrets.token }}" }
    input: { path: { type: string, required: true, max_length: 5 }, n: { type: integer, default: 3 } }
  plain: { type: shell, cmd: "true" }
workflows:
  w:
    input: { who: { type: string, default: ada } }
    steps:
      call: { action: call, input: { path: "{{ input.who }}-{{ secrets.token }}" } }
      plain: { action: plain, env: { A: "{{ connections.db.url }}", B: "{{ input.who }}" } }
`;

let test: TestEngine;
let keys: readonly SecretKey[];
afterEach(() => test.stop());

const newKey = (): SecretKey => {
  const [key] = parseSecretKeys(randomBytes(32).toString('base64'), 'a key');
  if (key === undefined) throw new Error('It is a key.');
  return key;
};

async function begin(sources: readonly SecretSource[] = []): Promise<Readonly<{ worker: HandWorker }>> {
  keys = [newKey()];
  test = await startTestEngine(definitions, { secrets: sources, secretKeys: async () => keys });
  const worker = test.worker('w');
  await worker.sync();
  await test.start('w');
  await worker.sync();
  return { worker };
}

const set = (name: string, text = value) =>
  test.engine.secrets.set({ workspace: 'test', name, value: text, by: 'ada' });

const ask = (worker: HandWorker, of: Assignment, names: readonly string[]): SecretsRequest => {
  const { run, step, item, iteration, attempt } = of;
  return { worker: worker.description.id, held: { run, step, item, iteration, attempt }, step, names };
};

describe('secrets', () => {
  it('stand in assignments as templates, with all that a worker needs to render them', async () => {
    const { worker } = await begin();
    expect(worker.take('call')).toMatchObject({
      input: { path: '{{ input.who }}-{{ secrets.token }}', n: 3 },
      secrets: { names: ['token'], connections: {}, input: ['/path'], env: [], scope: { input: { who: 'ada' } } },
    });
    expect(worker.take('call').secrets?.places['/input/path']).toMatchObject({ line: 16 });
    expect(worker.take('plain')).toMatchObject({
      env: { A: '{{ connections.db.url }}', B: 'ada' },
      secrets: {
        names: ['password'],
        connections: { db: { host: 'db.example.org', url: 'postgres://u:{{ secrets.password }}@h/{{ 1 + 1 }}' } },
        env: ['/A'],
        input: [],
      },
    });
  });

  it('are given for an attempt that the worker holds, and only those that its step reads', async () => {
    const { worker } = await begin();
    for (const name of ['token', 'password', 'other']) await set(name, `${value}-${name}`);
    const { readSecrets } = test.engine.workers;
    const call = worker.take('call');
    expect(await readSecrets(ask(worker, call, ['token']))).toEqual({ token: `${value}-token` });
    expect(await readSecrets(ask(worker, worker.take('plain'), ['password']))).toEqual({
      password: `${value}-password`,
    });
    await expect(readSecrets(ask(worker, call, ['other']))).rejects.toMatchObject({
      code: 'invalid_request',
      message: 'Step call reads no secret other.',
    });
    const stranger = test.worker('x');
    await stranger.sync();
    await expect(readSecrets(ask(stranger, call, ['token']))).rejects.toMatchObject({ code: 'lease_lost' });
    const later = { ...call, attempt: call.attempt + 1 };
    await expect(readSecrets(ask(worker, later, ['token']))).rejects.toMatchObject({ code: 'lease_lost' });
    await worker.succeed('call');
    await expect(readSecrets(ask(worker, call, ['token']))).rejects.toMatchObject({ code: 'lease_lost' });
  });

  it('that nobody set are told by name, with every place that was looked at and how to set them', async () => {
    const { worker } = await begin([
      { kind: 'environment', name: null, place: ({ name }) => `the variable X_${name}`, resolve: async () => '' },
      { kind: 'vault', name: 'others', place: () => null, resolve: async () => null },
    ]);
    await expect(test.engine.workers.readSecrets(ask(worker, worker.take('call'), ['token']))).rejects.toMatchObject({
      code: 'secret_missing',
      message: 'Secret token has no value. Looked for in: the variable X_token; the secrets stored for workspace test.',
      hint: expect.stringContaining('millrace secret set token --workspace test'),
    });
  });

  it('come from the sources first, in their order, then from the store', async () => {
    const known: Record<string, string> = {};
    const source = (kind: SecretSource['kind']): SecretSource => ({
      kind,
      name: null,
      place: ({ name }) => name,
      resolve: async () => known[kind] ?? null,
    });
    const { worker } = await begin([source('environment'), source('file')]);
    const read = async () => (await test.engine.workers.readSecrets(ask(worker, worker.take('call'), ['token']))).token;
    await set('token');
    expect(await read()).toBe(value);
    known.file = 'from the file';
    expect(await read()).toBe('from the file');
    known.environment = 'from the environment';
    expect(await read()).toBe('from the environment');
  });

  it('of a source that cannot tell are not looked for elsewhere, and `list` says so beside all others', async () => {
    const unavailable = new MillraceError('secret_source_unavailable', 'The source team gives nothing.', {
      hint: 'Wait.',
      details: { source: 'team' },
    });
    const { worker } = await begin([
      {
        kind: 'vault',
        name: 'team',
        place: ({ name }) => name,
        resolve: async ({ workspace, name }) => {
          if (name === 'token') throw unavailable;
          return workspace === 'test' && name === 'other' ? 'of the team' : null;
        },
      },
    ]);
    for (const name of ['token', 'other', 'password']) await set(name);
    const read = test.engine.workers.readSecrets(ask(worker, worker.take('call'), ['token']));
    await expect(read).rejects.toMatchObject({ code: 'secret_source_unavailable', retryable: true });
    expect(await test.engine.secrets.list('test')).toMatchObject([
      { name: 'other', from: 'vault', source: 'team', problem: null },
      { name: 'password', from: 'store', source: null, problem: null },
      { name: 'token', from: 'unavailable', source: 'team', problem: 'The source team gives nothing. Wait.' },
    ]);
  });

  it('of another workspace are not found, nor opened when their row is moved', async () => {
    const { worker } = await begin();
    await set('token');
    const stored = await test.store.secrets.get('test', 'token');
    if (stored === null) throw new Error('It was set.');
    await test.store.secrets.remove('test', 'token');
    await test.store.secrets.put({ ...stored, workspace: 'lab' });
    const read = () => test.engine.workers.readSecrets(ask(worker, worker.take('call'), ['token']));
    await expect(read()).rejects.toMatchObject({ code: 'secret_missing' });
    await test.store.secrets.put({ ...stored, name: 'token', workspace: 'test', envelope: stored.envelope });
    expect(await read()).toEqual({ token: value });
    const other = await set('other', 'another-value');
    const moved = await test.store.secrets.get('test', 'other');
    if (moved === null || other.stored === null) throw new Error('It was set.');
    await test.store.secrets.put({ ...moved, name: 'token' });
    await expect(read()).rejects.toMatchObject({ code: 'secret_unreadable' });
  });

  it('stay readable while keys are rotated, and need the new key only when it is done', async () => {
    const { worker } = await begin();
    await set('token');
    await set('other');
    const [old] = keys;
    const next = newKey();
    keys = [next, ...keys];
    const read = async () => (await test.engine.workers.readSecrets(ask(worker, worker.take('call'), ['token']))).token;
    expect(await read()).toBe(value);
    const before = await test.store.secrets.get('test', 'token');
    expect(await test.engine.secrets.rotate()).toEqual({ keyId: next.id, resealed: 2, total: 2 });
    const after = await test.store.secrets.get('test', 'token');
    expect(after).toMatchObject({ keyId: next.id, updatedAt: before?.updatedAt, updatedBy: 'ada' });
    expect(after?.envelope).not.toBe(before?.envelope);
    expect(await test.engine.secrets.rotate()).toEqual({ keyId: next.id, resealed: 0, total: 2 });
    keys = [next];
    expect(await read()).toBe(value);
    keys = old === undefined ? [] : [old];
    await expect(read()).rejects.toMatchObject({ code: 'secret_unreadable' });
    expect((await test.engine.secrets.list('test')).find(({ name }) => name === 'token')?.from).toBe('unreadable');
    keys = [];
    await expect(test.engine.secrets.rotate()).rejects.toMatchObject({ code: 'configuration' });
    await expect(set('token')).rejects.toMatchObject({
      code: 'configuration',
      hint: expect.stringContaining('openssl'),
    });
  });

  it.each([
    ['abc', 'invalid_request'],
    ['  a  ', 'invalid_request'],
    ['x'.repeat(64 * 1024 + 1), 'too_large'],
  ])('a value that could not be masked, or is huge, is refused', async (text, code) => {
    await begin();
    await expect(set('token', text)).rejects.toMatchObject({ code });
    expect(await test.store.secrets.get('test', 'token')).toBeNull();
  });

  it.each(['', 'a b', '1a', 'a.b', 'a'.repeat(129)])('%j is no name of a secret', async (name) => {
    await begin();
    await expect(set(name)).rejects.toMatchObject({ code: 'invalid_request' });
  });
});
