// Who the server is for AWS. The first of these that its environment offers, as the tools of AWS have it:
//
//   AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY [, AWS_SESSION_TOKEN]
//   AWS_WEB_IDENTITY_TOKEN_FILE, AWS_ROLE_ARN          a service account of EKS: STS gives credentials for its token
//   AWS_CONTAINER_CREDENTIALS_{FULL,RELATIVE}_URI      ECS, Fargate, EKS Pod Identity
//   the metadata service of the machine                EC2, version 2 of it
import type { JsonObject } from '@millrace/core';
import type { Surroundings } from '../backends/surroundings.ts';
import { asObject, failureOf, objectOf, strangeAnswer, textAt } from '../requests/read-answer.ts';
import { readSecretFile } from '../requests/read-place.ts';
import { type SourceAnswer, sendRequest } from '../requests/send-request.ts';
import { SourceFailure } from '../source-failure.ts';
import { createShortMemory, type Lasting } from './short-memory.ts';

export type AwsCredentials = Readonly<{ accessKeyId: string; secretAccessKey: string; sessionToken: string | null }>;

/** Got anew this long before they end. */
const marginMs = 5 * 60_000;
const hint =
  'Give the server credentials: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a role of its pod, task or machine.';

export function createAwsCredentials(region: string, { environment, now, timeoutMs }: Surroundings) {
  const memory = createShortMemory<AwsCredentials>(now);

  const make = async (): Promise<Lasting<AwsCredentials>> => {
    const { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: key, AWS_SESSION_TOKEN: session } = environment;
    if (id !== undefined && key !== undefined) {
      return { value: { accessKeyId: id, secretAccessKey: key, sessionToken: session ?? null }, forMs: 0 };
    }
    const { AWS_WEB_IDENTITY_TOKEN_FILE: tokenFile, AWS_ROLE_ARN: role } = environment;
    if (tokenFile !== undefined && role !== undefined) return await assumeRole(tokenFile, role);
    const container = containerAddress();
    return container === null ? await ofMachine() : await ofContainer(container);
  };

  async function assumeRole(tokenFile: string, role: string): Promise<Lasting<AwsCredentials>> {
    const token = await readSecretFile(tokenFile, 'The web identity token');
    const address =
      environment.AWS_ENDPOINT_URL_STS ?? `https://sts.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
    const form = new URLSearchParams({
      Action: 'AssumeRoleWithWebIdentity',
      Version: '2011-06-15',
      RoleArn: role,
      RoleSessionName: environment.AWS_ROLE_SESSION_NAME ?? 'millrace',
      WebIdentityToken: token,
    });
    const answer = await sendRequest({
      url: address,
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
      body: form.toString(),
      timeoutMs,
    });
    const told = objectOf(answer);
    if (answer.status !== 200) throw failureOf(answer, textAt(told, 'Error', 'Message'), `May it assume ${role}?`);
    const result = asObject(asObject(told?.AssumeRoleWithWebIdentityResponse)?.AssumeRoleWithWebIdentityResult);
    return lasting(asObject(result?.Credentials));
  }

  function containerAddress(): string | null {
    const { AWS_CONTAINER_CREDENTIALS_FULL_URI: full, AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: relative } = environment;
    return full ?? (relative === undefined ? null : `http://169.254.170.2${relative}`);
  }

  async function ofContainer(url: string): Promise<Lasting<AwsCredentials>> {
    const file = environment.AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE;
    const token =
      file === undefined
        ? environment.AWS_CONTAINER_AUTHORIZATION_TOKEN
        : await readSecretFile(file, 'The authorization token of the container');
    const answer = await sendRequest({
      url,
      timeoutMs,
      ...(token === undefined ? {} : { headers: { authorization: token } }),
    });
    return lasting(successOf(answer));
  }

  async function ofMachine(): Promise<Lasting<AwsCredentials>> {
    const metadata = environment.AWS_EC2_METADATA_SERVICE_ENDPOINT ?? 'http://169.254.169.254';
    const asked = await sendRequest({
      url: `${metadata}/latest/api/token`,
      method: 'PUT',
      headers: { 'x-aws-ec2-metadata-token-ttl-seconds': '21600' },
      timeoutMs: Math.min(timeoutMs, 1_000),
    }).catch(() => {
      throw new SourceFailure('refused', 'the server has no credentials for AWS.', hint);
    });
    const headers = { 'x-aws-ec2-metadata-token': asked.text };
    const roles = `${metadata}/latest/meta-data/iam/security-credentials/`;
    const role = await sendRequest({ url: roles, headers, timeoutMs });
    if (role.status !== 200) throw new SourceFailure('refused', 'the machine has no role for AWS.', hint);
    const name = role.text.trim().split('\n')[0] ?? '';
    return lasting(successOf(await sendRequest({ url: roles + encodeURIComponent(name), headers, timeoutMs })));
  }

  return { get: () => memory.get('', make), forget: () => memory.forget('') };
}

function successOf(answer: SourceAnswer): JsonObject | null {
  if (answer.status !== 200) throw failureOf(answer, null, hint);
  return objectOf(answer);
}

/** All of these tell credentials in one form, but for the name of the session's token and how they write their end. */
function lasting(told: JsonObject | null): Lasting<AwsCredentials> {
  const accessKeyId = textAt(told, 'AccessKeyId');
  const secretAccessKey = textAt(told, 'SecretAccessKey');
  if (accessKeyId === null || secretAccessKey === null) throw strangeAnswer('credentials');
  const sessionToken = textAt(told, 'SessionToken') ?? textAt(told, 'Token');
  const { Expiration: end } = told ?? {};
  const endMs = typeof end === 'number' ? end * 1000 : Date.parse(typeof end === 'string' ? end : '');
  const forMs = Number.isNaN(endMs) ? 0 : Math.max(0, endMs - Date.now() - marginMs);
  return { value: { accessKeyId, secretAccessKey, sessionToken }, forMs };
}
