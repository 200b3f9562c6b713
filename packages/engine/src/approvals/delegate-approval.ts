// Handing a vote over: whoever may answer an open approval lets another one answer in his place. It is kept with the approval,
// and told in its output.
import {
  type Approver,
  type AttemptKey,
  isAllowed,
  MillraceError,
  type RunId,
  runObject,
  standingAt,
} from '@millrace/core';
import type { RunDriver } from '../commit/run-driver.ts';
import { authorityOf, readEverybody } from '../people/everybody.ts';
import { normalName } from '../people/sign-in.ts';
import type { PlanCache } from '../plans/plan-cache.ts';
import type { Store } from '../ports/store.ts';
import { runNotFound } from '../runs/run-not-found.ts';
import { refusedAnswer } from './answer-approval.ts';
import { type ChosenApproval, findApproval, notOpen, openWait } from './find-approval.ts';

export type DelegateRequest = ChosenApproval & Readonly<{ from: Approver; to: string; comment: string | null }>;

export type DelegateOutcome = AttemptKey & Readonly<{ from: string; to: string }>;

type Parts = Readonly<{ store: Store; plans: PlanCache; driver: RunDriver }>;

/** Codes: run_not_found, not_found, invalid_request, not_an_approver, approval_ended. */
export function createDelegateApproval({ store, plans, driver }: Parts) {
  return async (run: RunId, request: DelegateRequest): Promise<DelegateOutcome> => {
    const { loaded, plan, step } = await findApproval({ store, plans }, run, request.step);
    const wait = openWait(loaded, step, request);
    if (wait === null) throw notOpen(loaded, plan, step, request, undefined);
    const object = runObject(loaded.run);
    const to = await findDelegate(request.to, object);
    const { item, iteration, attempt } = wait;
    const key = { step: step.index, item, iteration, attempt };
    const from = standingAt(request.from, object);
    const settled = await driver.send(run, { type: 'delegate', key, from, to, comment: request.comment });
    if (settled.kind === 'failed') throw settled.error;
    if (settled.kind === 'rejected') {
      const { code, message } = settled.rejection;
      if (code === 'not_an_approver') throw refusedAnswer(run, step, settled.rejection);
      if (code !== 'cannot_delegate') throw notOpen(loaded, plan, step, key, undefined);
      throw new MillraceError('invalid_request', `Step ${step.name} of run ${run}: ${message}`, {
        hint: `See how it stands: millrace approval get ${run} ${step.name}`,
      });
    }
    if (settled.kind !== 'applied') throw runNotFound(run);
    return { ...key, from: from.name, to };
  };

  /** Somebody who can answer then. Where there are no users yet, everybody is taken at his word. */
  async function findDelegate(given: string, object: ReturnType<typeof runObject>): Promise<string> {
    const everybody = await readEverybody(store);
    const people = everybody.accounts.filter(({ kind }) => kind === 'user');
    const name = normalName(given);
    if (people.length === 0) return given;
    const account = people.find((one) => one.name === name);
    if (account === undefined) {
      throw new MillraceError('not_found', `There is no user ${name}.`, { hint: 'millrace user list shows them.' });
    }
    if (!account.disabled && isAllowed(authorityOf(everybody, name), 'approval:answer', object)) return name;
    const why = account.disabled ? 'is disabled' : 'has not the permission approval:answer here';
    throw new MillraceError('invalid_request', `${name} could not answer: the account ${why}.`, {
      hint: 'Hand your vote over to somebody who can, or ask an administrator to let this one.',
    });
  }
}
