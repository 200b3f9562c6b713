import type { SecretSourceKinds } from '@millrace/definition';
import { asObject, failureOf, objectOf, strangeAnswer, textAt } from '../requests/read-answer.ts';
import { readSecretFile } from '../requests/read-place.ts';
import { sendRequest } from '../requests/send-request.ts';
import type { SecretBackend } from '../secret-backend.ts';
import { SourceFailure } from '../source-failure.ts';
import { serviceAccountFolder } from './service-account.ts';
import type { Surroundings } from './surroundings.ts';

/**
 * Secrets of a Kubernetes namespace, by its API: a key is the name of one, and what stands there are its fields. Names there
 * have no capitals and no `_`, so those of a key become small and `-`.
 */
export function createKubernetesBackend(
  config: SecretSourceKinds['kubernetes'],
  { environment, timeoutMs }: Surroundings,
): SecretBackend {
  const { api = null, tokenFile, caFile } = config;
  const inCluster = api === null;
  const address = api ?? clusterAddress(environment);
  const authority = caFile ?? (inCluster ? `${serviceAccountFolder}/ca.crt` : null);
  const namespaceOf = async (): Promise<string> =>
    config.namespace ?? (await readSecretFile(`${serviceAccountFolder}/namespace`, 'The namespace of the pod'));
  return {
    place: `Kubernetes ${address ?? 'of the pod'}${config.namespace === null ? '' : `, namespace ${config.namespace}`}`,
    async read(key) {
      if (address === null) throw notInCluster();
      const token = await readSecretFile(
        tokenFile ?? `${serviceAccountFolder}/token`,
        'The token of the service account',
      );
      const namespace = await namespaceOf();
      const name = key.toLowerCase().replaceAll('_', '-');
      const answer = await sendRequest({
        url: `${address.replace(/\/+$/, '')}/api/v1/namespaces/${encodeURIComponent(namespace)}/secrets/${encodeURIComponent(name)}`,
        headers: { authorization: `Bearer ${token}`, accept: 'application/json' },
        timeoutMs,
        ...(authority === null ? {} : { ca: await readSecretFile(authority, 'The certificates') }),
      });
      if (answer.status === 404) return null;
      const told = objectOf(answer);
      if (answer.status !== 200) {
        const hint = `The service account needs a Role that may \`get\` the secret ${name} of namespace ${namespace}.`;
        throw failureOf(answer, textAt(told, 'message'), hint);
      }
      if (told?.kind !== 'Secret') throw strangeAnswer('Secret');
      const fields = Object.entries(asObject(told.data) ?? {}).map(([field, value]) => [
        field,
        Buffer.from(typeof value === 'string' ? value : '', 'base64').toString('utf8'),
      ]);
      return Object.fromEntries(fields);
    },
  };
}

/** As every pod is told it; null: this is none. */
function clusterAddress(environment: Surroundings['environment']): string | null {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port = '443' } = environment;
  if (host === undefined || host === '') return null;
  return `https://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

const notInCluster = (): SourceFailure =>
  new SourceFailure(
    'refused',
    'this server runs in no cluster.',
    'Name `api`, `namespace`, `token_file` and `ca_file` of the source.',
  );
