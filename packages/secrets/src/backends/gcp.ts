import type { SecretSourceKinds } from '@millrace/definition';
import { askAnew } from '../requests/ask-anew.ts';
import { failureOf, objectOf, strangeAnswer, textAt } from '../requests/read-answer.ts';
import { type SourceAnswer, sendRequest } from '../requests/send-request.ts';
import type { SecretBackend } from '../secret-backend.ts';
import { createGoogleToken } from '../tokens/google-token.ts';
import type { Surroundings } from './surroundings.ts';

/** Secrets of Google Secret Manager: a key is the name of one, or `name/versions/3`; without a version, the latest counts. */
export function createGcpBackend(
  { project, credentialsFile, endpoint }: SecretSourceKinds['gcp'],
  around: Surroundings,
): SecretBackend {
  const token = createGoogleToken(credentialsFile, around);
  const base = `${endpoint ?? 'https://secretmanager.googleapis.com'}/v1/projects/${encodeURIComponent(project)}/secrets/`;

  const ask = async (key: string): Promise<SourceAnswer> => {
    const [name = '', version = 'latest'] = key.split('/versions/');
    return await sendRequest({
      url: `${base}${encodeURIComponent(name)}/versions/${encodeURIComponent(version)}:access`,
      headers: { authorization: `Bearer ${await token.get()}` },
      timeoutMs: around.timeoutMs,
    });
  };

  return {
    place: `Google Secret Manager, project ${project}`,
    async read(key) {
      const answer = await askAnew(
        () => ask(key),
        ({ status }) => status === 401,
        token.forget,
      );
      if (answer.status === 404) return null;
      const told = objectOf(answer);
      if (answer.status !== 200) {
        const hint = `The service account needs the role roles/secretmanager.secretAccessor on ${key}.`;
        throw failureOf(answer, textAt(told, 'error', 'message'), hint);
      }
      const bytes = textAt(told, 'payload', 'data');
      if (bytes === null) throw strangeAnswer('payload');
      return Buffer.from(bytes, 'base64').toString('utf8');
    },
  };
}
