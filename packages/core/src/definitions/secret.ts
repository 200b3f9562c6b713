/** A secret that a workspace reads. Its value is in no file: whoever runs the server gives it. */
export type SecretDefinition = Readonly<{ name: string; description?: string }>;
