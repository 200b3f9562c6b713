// How a permission is asked for, by what an operation does its thing to:
//
//   server      what there is once for the whole server: only a role that counts everywhere is enough
//   named       an object that the request itself names
//   found       an object that has a number: looked up, by those who do not reach everything
//   list        many objects: its handler answers with what is within the caller's reach, and with nothing else
import type { ErrorCode, PermissionObject } from '@millrace/core';
import type { Engine } from '@millrace/engine';
import type { RunObjects } from './run-objects.ts';

/** What is told to those who may not know whether there is such an object: the same as if there were none. */
export type Missing = Readonly<{ code: ErrorCode; message: string }>;

type Absent<Given> = (parts: Given) => Missing;

export type Asked<Given> =
  | Readonly<{ kind: 'server' }>
  /** `missing` null: he is told 403 in any case, as nothing is told of what is there. */
  | Readonly<{
      kind: 'named';
      object: (parts: Given) => PermissionObject;
      missing: Absent<Given> | null;
      /** Of what hangs on a workflow: in which folder that is. Asked only for those whose rights speak of folders. */
      folder?: (engine: Engine, parts: Given) => Promise<string | null>;
    }>
  | Readonly<{
      kind: 'found';
      /** null: there is none. */
      find: (engine: Engine, parts: Given, runs: RunObjects) => Promise<PermissionObject | null>;
      missing: Absent<Given>;
    }>
  /** Of one workspace, or (null) of all. */
  | Readonly<{ kind: 'list'; workspace: ((parts: Given) => string) | null }>;
