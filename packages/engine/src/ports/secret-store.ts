/** Where the values of secrets come from. They are asked for when they are needed, and kept nowhere. */
export type SecretStore = Readonly<{
  /** null: there is no such secret. */
  resolve(name: string): Promise<string | null>;
}>;
