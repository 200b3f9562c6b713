import type { ErrorCode, Permission } from '@millrace/core';
import type { z } from 'zod';

export type Tag =
  | 'workspaces'
  | 'workflows'
  | 'schedules'
  | 'webhooks'
  | 'runs'
  | 'approvals'
  | 'limits'
  | 'secrets'
  | 'people'
  | 'logs'
  | 'cache'
  | 'workers'
  | 'live'
  | 'events'
  | 'sessions'
  | 'audit'
  | 'system'
  | 'worker protocol';

/** Who may call: everybody; whoever may use the API; whoever holds the worker token. */
export type Access = 'public' | 'api' | 'worker';

/** Nothing of the API can be called without saying what permission that needs. */
type Guard =
  | Readonly<{ access: Exclude<Access, 'api'>; needs?: never }>
  | Readonly<{
      access: 'api';
      /** null: it is about the caller himself, whoever he is. */
      needs: Permission | null;
    }>;

export type ResponseSpec = Readonly<{
  description: string;
  /** Of a JSON body; absent where the body is something else, or where there is none. */
  schema?: z.ZodType;
  /** Media types of a body that is not described by `schema`. */
  contentTypes?: readonly string[];
  /** Headers worth knowing, with what they say. */
  headers?: Readonly<Record<string, string>>;
}>;

/**
 * One operation of the HTTP contract. The server's routes, the OpenAPI document and the client are all made from this.
 * `path` is in OpenAPI's form (`/runs/{run}`); the key in the table of routes is the `operationId`.
 */
export type Route = Readonly<{
  method: 'GET' | 'POST';
  path: `/${string}`;
  summary: string;
  description?: string;
  tag: Tag;
  params?: z.ZodObject;
  query?: z.ZodObject;
  /** Headers that change what the operation does, in lower case. */
  headers?: z.ZodObject;
  body?: z.ZodType;
  /** The media type of a body that is not JSON (all of them: `*` on both sides of the slash); `body` is then absent. */
  bodyType?: string;
  /** By status. Errors are not listed here: each of `errors` answers with the envelope and its own status. */
  responses: Readonly<Record<number, ResponseSpec>>;
  errors: readonly ErrorCode[];
}> &
  Guard;

/** Keeps a route's exact type, so that the server's handlers and the client's methods are typed by it. */
export const route = <const R extends Route>(spec: R): R => spec;

type Part<R, Key extends string> = R extends Readonly<Record<Key, infer Schema extends z.ZodType>> ? Schema : never;

/** What a handler gets: parsed, with defaults filled in. `undefined` where the route has no such part. */
export type Parsed<R, Key extends 'params' | 'query' | 'headers' | 'body'> = [Part<R, Key>] extends [never]
  ? undefined
  : z.output<Part<R, Key>>;

/** What a caller gives. */
export type Given<R, Key extends 'params' | 'query' | 'headers' | 'body'> = [Part<R, Key>] extends [never]
  ? undefined
  : z.input<Part<R, Key>>;

/** The JSON that the operation answers with, whichever of its good statuses it is. */
export type Answer<R extends Route> = {
  [Status in keyof R['responses']]: R['responses'][Status] extends { schema: infer Schema extends z.ZodType }
    ? z.output<Schema>
    : never;
}[keyof R['responses']];
