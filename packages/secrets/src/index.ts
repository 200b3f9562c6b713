export { createSecretSources, type SecretSourcesOptions } from './create-secret-sources.ts';
