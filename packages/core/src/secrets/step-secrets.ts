import type { Plan, PlanStep } from '../plan/plan.ts';
import type { JsonObject } from '../values/json.ts';
import { findSealed, isSecretRead, namesRead, type ReadPath, readsConfig } from './secret-reads.ts';

/** What a step's attempts read that only their worker may know. */
export type StepSecrets = Readonly<{
  /** Names, also of those that are read through connections and configuration. */
  secrets: readonly string[];
  /** Those of them of which fields are read, so that their texts are JSON. */
  withFields: readonly string[];
  /** As the plan has them: their own templates are not rendered. */
  connections: Readonly<Record<string, JsonObject>>;
  /** Pointers to texts within the step's input and its env that the worker renders. */
  input: readonly string[];
  env: readonly string[];
  /** The same within `config`, as the body reads it, and as `input` and `env` read it. */
  bodyConfig: readonly string[];
  ownConfig: readonly string[];
  /** What those of `input` and `env` read beside secrets. */
  reads: readonly ReadPath[];
}>;

/** null: it reads nothing secret. A step that no worker carries out cannot. */
export function secretsOfStep(plan: Plan, step: PlanStep): StepSecrets | null {
  if (step.lane === null) return null;
  const ofPlan = findSealed(plan.config ?? {});
  const ofBody = step.action.config === undefined ? ofPlan : findSealed(step.action.config);
  const pointers = ofPlan.map(({ pointer }) => pointer);
  const input = findSealed(step.input, pointers);
  const env = findSealed(step.env, pointers);
  const own = [...input, ...env].flatMap(({ reads }) => reads);
  const body = step.action.reads;
  const ownConfig = ofPlan.filter(({ pointer }) => own.some((path) => readsConfig(path, pointer)));
  const bodyConfig = ofBody.filter(({ pointer }) => body.some((path) => readsConfig(path, pointer)));
  if (own.length + bodyConfig.length === 0 && !body.some((path) => isSecretRead(path))) return null;
  const connections = connectionsOf(plan, namesRead([...body, ...own], 'connections'));
  const through = [...ownConfig, ...bodyConfig, ...findSealed(connections)].flatMap(({ reads }) => reads);
  const all = [...body, ...own, ...through];
  return {
    secrets: namesRead(all, 'secrets'),
    withFields: namesRead(
      all.filter(({ length }) => length > 2),
      'secrets',
    ),
    connections,
    input: input.map(({ pointer }) => pointer),
    env: env.map(({ pointer }) => pointer),
    bodyConfig: bodyConfig.map(({ pointer }) => pointer),
    ownConfig: ownConfig.map(({ pointer }) => pointer),
    reads: own.filter(([root]) => root !== 'secrets' && root !== 'connections'),
  };
}

/** Names of the connections that steps read, in their bodies, their input and their environment. */
export function connectionsRead(steps: readonly PlanStep[]): readonly string[] {
  const reads = steps.flatMap(({ action, input, env }) => [
    ...action.reads,
    ...findSealed({ input, env }).flatMap((text) => text.reads),
  ]);
  return namesRead(reads, 'connections');
}

function connectionsOf(plan: Plan, names: readonly string[]): Readonly<Record<string, JsonObject>> {
  const known = plan.connections ?? {};
  return Object.fromEntries(
    names.flatMap((name) => {
      const values = Object.hasOwn(known, name) ? known[name] : undefined;
      return values === undefined ? [] : [[name, values] as const];
    }),
  );
}
