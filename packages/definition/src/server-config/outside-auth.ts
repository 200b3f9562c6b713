import { placeOfSecret } from './place-of-secret.ts';
import type { WrittenAzureAuth, WrittenVaultAuth } from './secret-source-grammar.ts';
import type { AzureAuth, VaultAuth } from './secret-sources.ts';

/** Who a server is for Vault. */
export function vaultAuthOf({ token_env, token_file, approle, kubernetes }: WrittenVaultAuth): VaultAuth {
  if (approle !== undefined) {
    const { mount = 'approle', role_id, secret_id_env, secret_id_file } = approle;
    return { kind: 'approle', mount, roleId: role_id, secretId: placeOfSecret(secret_id_env, secret_id_file) };
  }
  if (kubernetes !== undefined) {
    const { mount = 'kubernetes', role, token_file: tokenFile = null } = kubernetes;
    return { kind: 'kubernetes', mount, role, tokenFile };
  }
  return { kind: 'token', from: placeOfSecret(token_env, token_file) };
}

/** Who a server is for Azure. */
export function azureAuthOf({ tenant, client_id, client_secret_env, client_secret_file }: WrittenAzureAuth): AzureAuth {
  if (tenant === undefined || client_id === undefined) return { kind: 'ambient', clientId: client_id ?? null };
  return { kind: 'client', tenant, clientId: client_id, secret: placeOfSecret(client_secret_env, client_secret_file) };
}
