// What a step may do with the token of its attempt (`api: true`): read the run that it is of, and emit events into the workspace of
// that run. Everything that is not named here is refused.
//
//   of a run   its own ──────────── yes
//              another one ──────── 404, the same as if it were not there: nobody looks whether it is
//   an event   into its workspace ─ yes
//              into another one ─── 404, the same
//   all else   403
import { type OperationId, type Route, routes } from '@millrace/api';
import { MillraceError, type Reach, reachOf } from '@millrace/core';
import type { Actor, ShownAttempt } from '@millrace/engine';
import type { Missing } from './asked.ts';
import { runMissing, workspaceMissing } from './operation-objects.ts';
import { hintOfMissing } from './refusals.ts';

const ofRun = [
  'getRun',
  'getRunOutput',
  'waitForRun',
  'listAttempts',
  'explainRun',
  'listLogs',
  'readLogs',
  'listRunApprovals',
] as const satisfies readonly OperationId[];

type OfRun = (typeof ofRun)[number];
type AnyParts = Readonly<{ params: unknown; query: unknown; body: unknown }>;

const isOfRun = (id: OperationId): id is OfRun => (ofRun as readonly OperationId[]).includes(id);

/** The answer has a reach that finds nothing: whatever else a handler looks for, it is not this caller's to see. */
export function authorizeAttempt(
  actor: Actor,
  { claims, workspace }: ShownAttempt,
  operationId: OperationId,
  parts: AnyParts,
): Reach {
  if (isOfRun(operationId)) {
    const { run } = parts.params as Readonly<{ run: string }>;
    if (run !== claims.ref.run) throw missing(runMissing(run));
  } else if (operationId === 'emitEvent') {
    const { workspace: asked } = parts.body as Readonly<{ workspace: string }>;
    if (asked !== workspace) throw missing(workspaceMissing(asked));
  } else {
    throw forbidden(actor, operationId);
  }
  return reachOf(actor.authority, 'run:read');
}

function forbidden({ displayName }: Actor, operationId: OperationId): MillraceError {
  const { needs = null }: Route = routes[operationId];
  const which = needs === null ? '' : `, which needs ${needs}`;
  return new MillraceError('forbidden', `${displayName} may not call ${operationId}${which}.`, {
    hint: 'An attempt reads its own run and emits events into its workspace. For more, give the step an API key as a secret.',
    details: { permission: needs, workspace: null, name: null },
  });
}

const missing = ({ code, message }: Missing): MillraceError =>
  new MillraceError(code, message, { hint: hintOfMissing });
