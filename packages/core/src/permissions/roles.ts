import type { Grant, Selector } from './grant.ts';
import type { PermissionPattern } from './permission.ts';

/** A named set of grants. */
export type Role = Readonly<{ name: string; description: string; grants: readonly Grant[] }>;

const allow = (...patterns: readonly PermissionPattern[]): readonly Grant[] =>
  patterns.map((permission) => ({ effect: 'allow', permission, where: {} }));

const looking = allow(
  'workspace:read',
  'workflow:read',
  'schedule:read',
  'webhook:read',
  'connection:read',
  'run:read',
  'log:read',
  'approval:read',
  'limit:read',
  'event:read',
  'cache:read',
  'worker:read',
  'setting:read',
);

/** The roles that every server has. Which of their grants counts where, their bindings say. */
export const builtInRoles = [
  { name: 'viewer', description: 'Looks at everything but people, secrets and metrics.', grants: looking },
  {
    name: 'operator',
    description: 'Looks, and starts, stops and repeats runs; turns schedules on and off; drains workers.',
    grants: [
      ...looking,
      ...allow(
        'metrics:read',
        'secret:read',
        'workflow:start',
        'run:control',
        'schedule:change',
        'schedule:start',
        'webhook:start',
        'event:emit',
        'cache:change',
        'worker:change',
      ),
    ],
  },
  {
    name: 'author',
    description: 'Looks, starts and stops runs, loads workspaces and sets secrets.',
    grants: [
      ...looking,
      ...allow(
        'workspace:change',
        'secret:read',
        'secret:change',
        'workflow:start',
        'run:control',
        'schedule:change',
        'schedule:start',
        'webhook:start',
        'event:emit',
        'cache:change',
      ),
    ],
  },
  {
    name: 'approver',
    description: 'Looks, and answers approvals.',
    grants: [...looking, ...allow('approval:answer')],
  },
  { name: 'admin', description: 'May do everything.', grants: allow('*') },
] as const satisfies readonly Role[];

/** Roles that may not be changed or made again. */
export const isBuiltInRole = (name: string): boolean => builtInRoles.some((role) => role.name === name);

/** A role as somebody has it: all of its grants count only where the binding says. */
export type BoundRole = Readonly<{ role: Role; where: Selector }>;
