import { writeFileSync } from 'node:fs';
import type { JsonObject } from '@millrace/core';
import { certificate, type FakeAnswer, startFakeServer } from '../fake-server.ts';
import type { StartPeer } from '../secret-peer.ts';

const token = 'kubernetes-service-account-token';
const status = (code: number, message: string): FakeAnswer => ({
  status: code,
  body: { kind: 'Status', apiVersion: 'v1', status: 'Failure', message, code },
});
const forbidden = status(
  403,
  'secrets is forbidden: User "system:serviceaccount:ops:millrace" cannot get resource "secrets"',
);

/** Stands for the API server of Kubernetes, by what its reference says of `GET /api/v1/namespaces/{namespace}/secrets/{name}`. */
export const kubernetesPeer: StartPeer = async (folder) => {
  const secrets = new Map<string, JsonObject>();
  const server = await startFakeServer(
    ({ method, path, headers }) => {
      if (headers.authorization !== `Bearer ${token}`) return status(401, 'Unauthorized');
      const [, name] = /^\/api\/v1\/namespaces\/ops\/secrets\/([^/]+)$/.exec(path) ?? [];
      if (method !== 'GET' || name === undefined) return forbidden;
      const data = secrets.get(name);
      if (data === undefined) return status(404, `secrets "${name}" not found`);
      return {
        status: 200,
        body: { kind: 'Secret', apiVersion: 'v1', metadata: { name, namespace: 'ops' }, type: 'Opaque', data },
      };
    },
    { secure: true, refusal: forbidden },
  );
  writeFileSync(`${folder}/kubernetes-token`, `${token}\n`);
  writeFileSync(`${folder}/kubernetes-ca.pem`, certificate);
  return {
    written: {
      type: 'kubernetes',
      api: server.url,
      namespace: 'ops',
      token_file: `${folder}/kubernetes-token`,
      ca_file: `${folder}/kubernetes-ca.pem`,
    },
    environment: {},
    credentials: [token],
    put(key, value) {
      if (!/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(key))
        throw new Error(`Kubernetes takes no secret of the name ${key}.`);
      const fields = Object.entries(typeof value === 'string' ? { value } : value).map(([field, text]) => [
        field,
        Buffer.from(String(text)).toString('base64'),
      ]);
      secrets.set(key, Object.fromEntries(fields));
    },
    keys: null,
    server,
    stop: server.stop,
  };
};
