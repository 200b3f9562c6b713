// Who the server is for Google Cloud: the credentials of a file (of the source, or of GOOGLE_APPLICATION_CREDENTIALS), else the
// service account of the machine or the pod, by their metadata server.
import { importPKCS8, SignJWT } from 'jose';
import type { Surroundings } from '../backends/surroundings.ts';
import { objectOf, textAt } from '../requests/read-answer.ts';
import { readSecretFile } from '../requests/read-place.ts';
import { sendRequest } from '../requests/send-request.ts';
import { SourceFailure } from '../source-failure.ts';
import { readToken } from './read-token.ts';
import { createShortMemory, type Lasting } from './short-memory.ts';

const scope = 'https://www.googleapis.com/auth/cloud-platform';
const hint = 'Check the credentials file of the source, or the service account of the machine or the pod.';

export function createGoogleToken(credentialsFile: string | null, { environment, now, timeoutMs }: Surroundings) {
  const memory = createShortMemory<string>(now);
  const file = credentialsFile ?? environment.GOOGLE_APPLICATION_CREDENTIALS ?? null;

  const make = async (): Promise<Lasting<string>> => (file === null ? await ofMachine() : await ofFile(file));

  async function ofMachine(): Promise<Lasting<string>> {
    const host = environment.GCE_METADATA_HOST ?? 'metadata.google.internal';
    const url = `http://${host}/computeMetadata/v1/instance/service-accounts/default/token`;
    const answer = await sendRequest({ url, headers: { 'metadata-flavor': 'Google' }, timeoutMs });
    return readToken(answer, hint);
  }

  async function ofFile(path: string): Promise<Lasting<string>> {
    const text = await readSecretFile(path, 'The credentials file');
    const told = objectOf({ status: 200, text });
    const type = textAt(told, 'type');
    const address = textAt(told, 'token_uri') ?? 'https://oauth2.googleapis.com/token';
    if (type === 'authorized_user') {
      return await exchange(address, {
        grant_type: 'refresh_token',
        client_id: textAt(told, 'client_id') ?? '',
        client_secret: textAt(told, 'client_secret') ?? '',
        refresh_token: textAt(told, 'refresh_token') ?? '',
      });
    }
    const email = textAt(told, 'client_email');
    const key = textAt(told, 'private_key');
    if (type !== 'service_account' || email === null || key === null) {
      const message = `${path} has no credentials of a service account or a user.`;
      throw new SourceFailure('refused', message, 'Other kinds of credentials are not known: use a service account.');
    }
    const assertion = await sign(key, textAt(told, 'private_key_id'), email, address);
    return await exchange(address, { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion });
  }

  async function exchange(url: string, form: Readonly<Record<string, string>>): Promise<Lasting<string>> {
    const body = new URLSearchParams(form).toString();
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    return readToken(await sendRequest({ url, method: 'POST', headers, body, timeoutMs }), hint);
  }

  return { get: () => memory.get('', make), forget: () => memory.forget('') };
}

/** An assertion that the server is a service account (RFC 7523). */
async function sign(key: string, keyId: string | null, email: string, audience: string): Promise<string> {
  const privateKey = await importPKCS8(key, 'RS256').catch(() => {
    throw new SourceFailure(
      'refused',
      'the private key of the credentials file is none.',
      'Make another key for the service account.',
    );
  });
  return await new SignJWT({ scope })
    .setProtectedHeader({ alg: 'RS256', typ: 'JWT', ...(keyId === null ? {} : { kid: keyId }) })
    .setIssuer(email)
    .setAudience(audience)
    .setIssuedAt()
    .setExpirationTime('1h')
    .sign(privateKey);
}
