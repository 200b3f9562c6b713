/** What there is to be allowed: for each noun, its verbs. An operation of the HTTP API needs one of these. */
export const permissionTable = {
  workspace: ['read', 'change'],
  workflow: ['read', 'start'],
  schedule: ['read', 'change', 'start'],
  webhook: ['read', 'start'],
  secret: ['read', 'change'],
  connection: ['read'],
  run: ['read', 'control'],
  log: ['read'],
  approval: ['read', 'answer'],
  limit: ['read'],
  event: ['read', 'emit'],
  cache: ['read', 'change'],
  worker: ['read', 'change', 'admit'],
  setting: ['read'],
  metrics: ['read'],
  user: ['read', 'change'],
  role: ['read', 'change'],
  api_key: ['read', 'change'],
  audit: ['read'],
} as const;

type Table = typeof permissionTable;
export type Noun = keyof Table;
export type Verb = Table[Noun][number];

/** A verb of a noun: `run:read`. */
export type Permission = { [N in Noun]: `${N}:${Table[N][number]}` }[Noun];

/** One permission, all of a noun (`run:*`), a verb of all nouns (`*:read`), or all (`*`). */
export type PermissionPattern = Permission | `${Noun}:*` | `*:${Verb}` | '*';

export const permissions: readonly Permission[] = Object.entries(permissionTable).flatMap(([noun, verbs]) =>
  verbs.map((verb) => `${noun}:${verb}` as Permission),
);

const patterns: ReadonlySet<string> = new Set([
  '*',
  ...permissions,
  ...permissions.flatMap((permission) => {
    const [noun, verb] = permission.split(':');
    return [`${noun}:*`, `*:${verb}`];
  }),
]);

/** Whether a text is a pattern that means at least one permission. */
export const isPermissionPattern = (text: string): text is PermissionPattern => patterns.has(text);

export function meansPermission(pattern: PermissionPattern, permission: Permission): boolean {
  if (pattern === '*' || pattern === permission) return true;
  const [noun, verb] = permission.split(':');
  return pattern === `${noun}:*` || pattern === `*:${verb}`;
}
