import { z } from 'zod';
import { time } from '../contract/values.ts';
import { roleBinding } from './rights.ts';

const common = {
  name: z.string(),
  display_name: z.string(),
  email: z.string().nullable(),
  disabled: z.boolean(),
  created_at: time,
  created_by: z.string(),
  groups: z.array(z.string()),
  roles: z.array(roleBinding).meta({ description: 'Its own, and those of its groups.' }),
};

/** Somebody who signs in. */
export const user = z
  .object({
    ...common,
    has_password: z.boolean().meta({ description: 'false: nobody can sign in with one yet.' }),
    signed_in_at: time.nullable(),
    locked_until: time.nullable().meta({ description: 'Too many wrong passwords; null: it is not locked.' }),
  })
  .meta({ id: 'User' });
export type User = z.output<typeof user>;

/** A program that acts for itself: it has API keys, and no password. */
export const serviceAccount = z.object(common).meta({ id: 'ServiceAccount' });
export type ServiceAccount = z.output<typeof serviceAccount>;

/** It sets a password, once. */
export const passwordLink = z
  .object({
    user: z.string(),
    token: z.string().meta({ description: 'Shown here and never again.' }),
    path: z.string().meta({ description: 'Of the page where the password is set, below the address of the server.' }),
    until: time,
  })
  .meta({ id: 'PasswordLink' });
export type PasswordLink = z.output<typeof passwordLink>;

/** A browser that is signed in. */
export const session = z
  .object({
    id: z.string(),
    created_at: time,
    renewed_at: time,
    until: time.meta({ description: 'However often it is renewed, it ends then.' }),
    address: z.string(),
    agent: z.string().meta({ description: 'What the browser calls itself.' }),
    current: z.boolean().meta({ description: 'Whether it is the one that asks.' }),
  })
  .meta({ id: 'Session' });
export type Session = z.output<typeof session>;

const displayName = z.string().min(1).max(200);
const email = z.string().min(3).max(320);
export const newDetails = { display_name: displayName.optional(), email: email.optional() };
export const changedDetails = z.strictObject({
  display_name: displayName.optional(),
  email: email.nullable().optional(),
});

/** Passwords are checked where they are hashed; here only that nobody sends a file. */
export const password = z.string().min(1).max(1024);
