/** Whether something of a server's configuration may be called so: a workspace, a source of secrets, a key. */
export const isConfigName = (name: string): boolean => /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(name);

export const configNameHint =
  'Names have letters, digits, `-`, `_` and `.`, begin with a letter or digit, and have at most 100 characters.';
