export { createSecretSources, type SecretSourcesOptions } from './create-secret-sources.ts';
export { createSecretKeys } from './keys/create-secret-keys.ts';
