/** Where whoever runs the server gives secrets, beside the store. They are asked for at each use, and kept nowhere. */
export type SecretSource = Readonly<{
  /** Stable, for programs. */
  kind: 'environment' | 'file';
  /** Where exactly it looks for a secret: `the environment variable MILLRACE_SECRET_HOOK`. */
  place(name: string): string;
  /** null: it is not there. */
  resolve(name: string): Promise<string | null>;
}>;
