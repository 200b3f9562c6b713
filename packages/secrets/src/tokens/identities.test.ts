// The ways in which a server is somebody for a cloud without a secret of its own: what machines, pods and containers offer.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type FakeAnswer, type FakeRequest, type FakeServer, startFakeServer } from '../../testkit/index.ts';
import { createAwsCredentials } from './aws-credentials.ts';
import { createAzureToken } from './azure-token.ts';
import { createGoogleToken } from './google-token.ts';

let folder: string;
let server: FakeServer;
let seen: FakeRequest[];
let now: number;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-identities-'));
  seen = [];
  now = 0;
});
afterEach(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function serve(answers: Readonly<Record<string, FakeAnswer>>): Promise<string> {
  server = await startFakeServer((request) => {
    seen.push(request);
    return answers[`${request.method} ${request.path}`] ?? { status: 404 };
  });
  return server.url;
}

const around = (environment: Readonly<Record<string, string>>) => ({ environment, now: () => now, timeoutMs: 1_000 });
const later = (hours: number): string => new Date(Date.now() + hours * 3_600_000).toISOString();
const keys = { AccessKeyId: 'AKID', SecretAccessKey: 'secret-key', Expiration: later(1) };
const expected = { accessKeyId: 'AKID', secretAccessKey: 'secret-key', sessionToken: 'session' };

function write(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

it('AWS: a service account of EKS, whose token is exchanged and read anew when the credentials end', async () => {
  const Credentials = { ...keys, SessionToken: 'session', Expiration: Date.now() / 1000 + 3600 };
  const body = { AssumeRoleWithWebIdentityResponse: { AssumeRoleWithWebIdentityResult: { Credentials } } };
  const url = await serve({ 'POST /': { status: 200, body } });
  const environment = {
    AWS_WEB_IDENTITY_TOKEN_FILE: write('jwt', 'first-jwt\n'),
    AWS_ROLE_ARN: 'arn:aws:iam::1:role/millrace',
    AWS_ENDPOINT_URL_STS: url,
  };
  const credentials = createAwsCredentials('eu-central-1', around(environment));
  expect(await credentials.get()).toEqual(expected);
  expect(Object.fromEntries(new URLSearchParams(seen[0]?.body))).toMatchObject({
    Action: 'AssumeRoleWithWebIdentity',
    RoleArn: 'arn:aws:iam::1:role/millrace',
    WebIdentityToken: 'first-jwt',
  });
  write('jwt', 'second-jwt');
  now = 54 * 60_000;
  await credentials.get();
  expect(seen).toHaveLength(1);
  now = 56 * 60_000;
  await credentials.get();
  expect(new URLSearchParams(seen[1]?.body).get('WebIdentityToken')).toBe('second-jwt');
});

it('AWS: a task or pod, by the address and the token that its container is told', async () => {
  const url = await serve({ 'GET /creds': { status: 200, body: { ...keys, Token: 'session' } } });
  const environment = {
    AWS_CONTAINER_CREDENTIALS_FULL_URI: `${url}/creds`,
    AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: write('token', 'container-token'),
  };
  expect(await createAwsCredentials('eu-central-1', around(environment)).get()).toEqual(expected);
  expect(seen[0]?.headers.authorization).toBe('container-token');
});

it('AWS: a machine, by version 2 of its metadata service', async () => {
  const roles = '/latest/meta-data/iam/security-credentials/';
  const url = await serve({
    'PUT /latest/api/token': { status: 200, text: 'imds-token' },
    [`GET ${roles}`]: { status: 200, text: 'millrace-role' },
    [`GET ${roles}millrace-role`]: { status: 200, body: { ...keys, Token: 'session' } },
  });
  const credentials = createAwsCredentials('eu-central-1', around({ AWS_EC2_METADATA_SERVICE_ENDPOINT: url }));
  expect(await credentials.get()).toEqual(expected);
  expect(seen.slice(1).map(({ headers }) => headers['x-aws-ec2-metadata-token'])).toEqual(['imds-token', 'imds-token']);
});

it('AWS: nobody, where nothing offers credentials, and that is told', async () => {
  const url = await serve({});
  server.trouble('away');
  await expect(
    createAwsCredentials('eu-central-1', around({ AWS_EC2_METADATA_SERVICE_ENDPOINT: url })).get(),
  ).rejects.toMatchObject({ kind: 'refused', hint: expect.stringContaining('AWS_ACCESS_KEY_ID') });
});

it('Google: the service account of a machine or pod, whose token is kept until shortly before its end', async () => {
  const path = '/computeMetadata/v1/instance/service-accounts/default/token';
  const url = await serve({ [`GET ${path}`]: { status: 200, body: { access_token: 'g-token', expires_in: 3600 } } });
  const token = createGoogleToken(null, around({ GCE_METADATA_HOST: url.slice('http://'.length) }));
  expect(await token.get()).toBe('g-token');
  expect(seen[0]?.headers['metadata-flavor']).toBe('Google');
  now = 3_479_999;
  await token.get();
  expect(seen).toHaveLength(1);
  now = 3_480_000;
  await token.get();
  expect(seen).toHaveLength(2);
});

it('Google: a user, whose credentials `gcloud` wrote', async () => {
  const url = await serve({ 'POST /token': { status: 200, body: { access_token: 'u-token', expires_in: 3600 } } });
  const user = {
    type: 'authorized_user',
    client_id: 'c',
    client_secret: 's',
    refresh_token: 'r',
    token_uri: `${url}/token`,
  };
  const environment = { GOOGLE_APPLICATION_CREDENTIALS: write('adc.json', JSON.stringify(user)) };
  expect(await createGoogleToken(null, around(environment)).get()).toBe('u-token');
  expect(Object.fromEntries(new URLSearchParams(seen[0]?.body))).toEqual({
    grant_type: 'refresh_token',
    client_id: 'c',
    client_secret: 's',
    refresh_token: 'r',
  });
  const other = createGoogleToken(write('other.json', '{"type":"external_account"}'), around({}));
  await expect(other.get()).rejects.toMatchObject({
    kind: 'refused',
    hint: expect.stringContaining('service account'),
  });
});

it('Azure: the workload identity of a pod', async () => {
  const url = await serve({
    'POST /contoso/oauth2/v2.0/token': { status: 200, body: { access_token: 'w-token', expires_in: 3600 } },
  });
  const environment = {
    AZURE_FEDERATED_TOKEN_FILE: write('jwt', 'pod-jwt'),
    AZURE_TENANT_ID: 'contoso',
    AZURE_CLIENT_ID: 'client',
    AZURE_AUTHORITY_HOST: `${url}/`,
  };
  const token = createAzureToken({ kind: 'ambient', clientId: null }, 'https://vault.azure.net', around(environment));
  expect(await token.get()).toBe('w-token');
  expect(Object.fromEntries(new URLSearchParams(seen[0]?.body))).toMatchObject({
    client_id: 'client',
    client_assertion: 'pod-jwt',
    scope: 'https://vault.azure.net/.default',
  });
});

it.each([
  [
    'of a container',
    '/msi',
    'x-identity-header',
    (url: string) => ({ IDENTITY_ENDPOINT: `${url}/msi`, IDENTITY_HEADER: 'true' }),
  ],
  [
    'of a machine',
    '/metadata/identity/oauth2/token',
    'metadata',
    (url: string) => ({ AZURE_POD_IDENTITY_AUTHORITY_HOST: url }),
  ],
])('Azure: the managed identity %s', async (_what, path, header, environment) => {
  // The metadata service writes numbers as texts.
  const url = await serve({ [`GET ${path}`]: { status: 200, body: { access_token: 'm-token', expires_in: '86400' } } });
  const auth = { kind: 'ambient', clientId: 'chosen' } as const;
  const token = createAzureToken(auth, 'https://vault.azure.net', around(environment(url)));
  expect(await token.get()).toBe('m-token');
  expect(seen[0]?.headers[header]).toBe('true');
  expect(seen[0]?.query.get('resource')).toBe('https://vault.azure.net');
  expect(seen[0]?.query.get('client_id')).toBe('chosen');
});
