import type { Parameters } from '../definitions/parameters.ts';
import type { Hooks } from '../definitions/workflow.ts';
import type { JsonObject } from '../values/json.ts';

/** The states of a run that hooks are called for, as the language names them. */
export const hookNames = ['on_success', 'on_failure', 'on_cancel', 'on_suspend'] as const;
export type HookName = (typeof hookNames)[number];

/** The name of each in the vocabulary. */
export const hookFields = {
  on_success: 'onSuccess',
  on_failure: 'onFailure',
  on_cancel: 'onCancel',
  on_suspend: 'onSuspend',
} as const satisfies Record<HookName, keyof Hooks>;

/** What a hook calls, frozen with the plan: what it takes is known when it is called, also when its definition has changed. */
export type PlanHook = Readonly<{
  /** The name of an action, which then has a run of its own, or of a workflow. */
  action: string;
  calls: 'action' | 'workflow';
  input: JsonObject;
  parameters: Parameters;
  /** Why this version cannot execute it; null: it can. */
  problem: string | null;
}>;

/** Only those that call something. */
export type PlanHooks = Readonly<Partial<Record<HookName, readonly PlanHook[]>>>;
