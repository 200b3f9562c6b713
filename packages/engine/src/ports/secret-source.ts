/** A secret of a workspace, by its name in `{{ secrets.NAME }}`. */
export type SecretRef = Readonly<{ workspace: string; name: string }>;

/** What kinds of places there are beside the store. Stable, for programs. */
export type SecretSourceKind =
  | 'environment'
  | 'file'
  | 'folder'
  | 'sops'
  | 'vault'
  | 'kubernetes'
  | 'aws'
  | 'gcp'
  | 'azure';

/** Where whoever runs the server gives secrets, beside the store. */
export type SecretSource = Readonly<{
  kind: SecretSourceKind;
  /** As the configuration of the server calls it; null: there is only one of its kind. */
  name: string | null;
  /** Where exactly it looks for a secret: `the environment variable MILLRACE_SECRET_HOOK`; null: it does not look for it. */
  place(secret: SecretRef): string | null;
  /** null: it is not there. Codes: secret_source_unavailable, secret_source_refused, configuration. */
  resolve(secret: SecretRef): Promise<string | null>;
}>;
