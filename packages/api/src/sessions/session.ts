import { permissions } from '@millrace/core';
import { z } from 'zod';
import { time } from '../contract/values.ts';

/** How far a permission goes: over everything, over some of it, over nothing. */
const permissionExtents = ['all', 'some', 'none'] as const;

export const me = z
  .object({
    account: z.string().meta({ description: 'The name that stands in runs, approvals and the audit log.' }),
    kind: z.enum(['user', 'service', 'local', 'token']).meta({
      description:
        "`local`: whoever is on the server's machine, where nobody signs in. `token`: holder of the server's API token.",
    }),
    display_name: z.string(),
    groups: z.array(z.string()),
    permissions: z
      .record(z.enum(permissions as [string, ...string[]]), z.enum(permissionExtents))
      .meta({ description: 'Each permission, and how far it goes: a page hides what is `none`.' }),
    session: z
      .object({ id: z.string() })
      .nullable()
      .meta({ description: 'null: the caller shows an API key or token, or nothing.' }),
    api_key: z.string().nullable().meta({ description: 'Id of the API key that was shown.' }),
    sign_in: z.object({
      required: z.boolean().meta({ description: 'Whether this server asks who calls.' }),
      methods: z
        .array(z.string())
        .meta({ description: 'Ways to sign in that are set up: `password`, `oidc`, `ldap`.' }),
    }),
  })
  .meta({ id: 'Me' });
export type Me = z.output<typeof me>;

export const signInWays = z
  .object({
    required: z.boolean().meta({ description: 'false: whoever is on this machine may do everything.' }),
    password: z.boolean().meta({ description: 'Whether accounts of this server have passwords.' }),
    providers: z.array(
      z.object({ name: z.string(), title: z.string(), kind: z.enum(['oidc', 'ldap']) }).meta({
        description: 'Of an outside directory or identity provider; `title` is for the button.',
      }),
    ),
    set_up_needed: z.boolean().meta({
      description: 'There is no administrator yet: the output of the server has a link to become one.',
    }),
  })
  .meta({ id: 'SignInWays' });
export type SignInWays = z.output<typeof signInWays>;

export const signedIn = z
  .object({
    account: z.string(),
    access_until: time.meta({ description: 'Renew the session before.' }),
    until: time.meta({ description: 'However often it is renewed, it ends then.' }),
  })
  .meta({ id: 'SignedIn' });
export type SignedIn = z.output<typeof signedIn>;
