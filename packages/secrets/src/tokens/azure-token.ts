// Who the server is for Azure: an application with a secret, where the source names one; else what its environment offers:
//
//   AZURE_FEDERATED_TOKEN_FILE, AZURE_CLIENT_ID, AZURE_TENANT_ID   workload identity of a pod
//   IDENTITY_ENDPOINT, IDENTITY_HEADER                             managed identity of App Service and Container Apps
//   the metadata service of the machine                            managed identity of a virtual machine
import type { AzureAuth } from '@millrace/definition';
import type { Surroundings } from '../backends/surroundings.ts';
import { readPlace, readSecretFile } from '../requests/read-place.ts';
import { sendRequest } from '../requests/send-request.ts';
import { readToken } from './read-token.ts';
import { createShortMemory, type Lasting } from './short-memory.ts';

const hint = 'Check `auth` of the source, or the identity of the machine or the pod.';

/** `resource`: what the token is for, `https://vault.azure.net`. */
export function createAzureToken(auth: AzureAuth, resource: string, { environment, now, timeoutMs }: Surroundings) {
  const memory = createShortMemory<string>(now);

  const make = async (): Promise<Lasting<string>> => {
    if (auth.kind === 'client') {
      const secret = await readPlace(auth.secret, 'The client secret', environment);
      return await exchange(auth.tenant, { client_id: auth.clientId, client_secret: secret });
    }
    const { AZURE_FEDERATED_TOKEN_FILE: file, AZURE_TENANT_ID: tenant } = environment;
    const client = auth.clientId ?? environment.AZURE_CLIENT_ID;
    if (file === undefined || tenant === undefined || client === undefined) return await managed(auth.clientId);
    return await exchange(tenant, {
      client_id: client,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: await readSecretFile(file, 'The federated token'),
    });
  };

  async function exchange(tenant: string, form: Readonly<Record<string, string>>): Promise<Lasting<string>> {
    const authority = (environment.AZURE_AUTHORITY_HOST ?? 'https://login.microsoftonline.com').replace(/\/+$/, '');
    const body = new URLSearchParams({ grant_type: 'client_credentials', scope: `${resource}/.default`, ...form });
    const answer = await sendRequest({
      url: `${authority}/${encodeURIComponent(tenant)}/oauth2/v2.0/token`,
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: body.toString(),
      timeoutMs,
    });
    return readToken(answer, hint);
  }

  async function managed(clientId: string | null): Promise<Lasting<string>> {
    const { IDENTITY_ENDPOINT: endpoint, IDENTITY_HEADER: secret } = environment;
    const chosen = clientId === null ? {} : { client_id: clientId };
    if (endpoint !== undefined && secret !== undefined) {
      const query = new URLSearchParams({ resource, 'api-version': '2019-08-01', ...chosen });
      const headers = { 'x-identity-header': secret };
      return readToken(await sendRequest({ url: `${endpoint}?${query}`, headers, timeoutMs }), hint);
    }
    const host = environment.AZURE_POD_IDENTITY_AUTHORITY_HOST ?? 'http://169.254.169.254';
    const query = new URLSearchParams({ resource, 'api-version': '2018-02-01', ...chosen });
    const url = `${host.replace(/\/+$/, '')}/metadata/identity/oauth2/token?${query}`;
    return readToken(await sendRequest({ url, headers: { metadata: 'true' }, timeoutMs }), hint);
  }

  return { get: () => memory.get('', make), forget: () => memory.forget('') };
}

/** What a token is for: the domain that all vaults of a cloud share (`ops.vault.azure.cn` → `https://vault.azure.cn`). */
export function azureResourceOf(vault: string): string {
  const [, domain = 'vault.azure.net'] = /\.(vault(?:core)?\.[a-z.-]+)$/.exec(new URL(vault).hostname) ?? [];
  return `https://${domain}`;
}
