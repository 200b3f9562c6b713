import type { LoadedStep, LoadedWorkflow } from './loaded.ts';
import type { StepGraph } from './step-graph.ts';

/** Names that every expression may read. `env` holds only what the operator lets in. */
const everywhere = ['run', 'config', 'env'] as const;
const ofRun = ['input', 'vars', 'steps', ...everywhere] as const;
/** What only workers know: it can be read where they render a text, and nothing else ever sees the result. */
export const secretNames = ['secrets', 'connections'] as const;
export const itemNames = ['item', 'index', 'total'] as const;
export const allNames: ReadonlySet<string> = new Set([
  ...ofRun,
  ...secretNames,
  ...itemNames,
  'error',
  'attempt',
  'event',
  'trigger',
  'hook',
]);

/** Where an expression stands, and so what it may read. */
export type ExpressionScope = Readonly<{
  /** As messages name it: `` `when` of step `build` ``. */
  where: string;
  names: ReadonlySet<string>;
  /** The parameters behind `input`; null when they are not known or not fixed. */
  input: readonly string[] | null;
  /** The workflow whose steps and variables are read. */
  flow: Flow | null;
  /** Which steps have surely ended; null: all of them. */
  visible: ((step: string) => boolean) | null;
  step: LoadedStep | null;
  /** Whether functions on the status of steps have a meaning here. */
  status: boolean;
  /** Shell text, where `| raw` exists. */
  shell: boolean;
  /** The fields below `trigger`; absent: they are not checked. */
  trigger?: readonly string[];
  /** A value of a connection. */
  connection?: true;
}>;

export type Flow = Readonly<{
  workflow: LoadedWorkflow;
  graph: StepGraph;
  /** null when not known. */
  variables: ReadonlySet<string> | null;
  input: readonly string[] | null;
}>;

type Options = Partial<Pick<ExpressionScope, 'visible' | 'status' | 'shell' | 'input'>> &
  Readonly<{ more?: readonly string[] }>;

/** The body of a named action: it knows its own input and what is global, so that it can be called from anywhere. */
export function actionScope(where: string, input: readonly string[] | null, options: Options = {}): ExpressionScope {
  const names = new Set(['input', ...everywhere, ...(options.more ?? [])]);
  return { where, names, input, flow: null, visible: null, step: null, status: false, shell: options.shell ?? false };
}

/** Something of a step. By default it sees the steps before it. */
export function stepScope(where: string, flow: Flow, step: LoadedStep, options: Options = {}): ExpressionScope {
  return {
    where,
    names: new Set([...ofRun, ...(options.more ?? [])]),
    input: options.input === undefined ? flow.input : options.input,
    flow,
    visible: options.visible ?? ((name) => flow.graph.isBefore(name, step.name)),
    step,
    status: options.status ?? false,
    shell: options.shell ?? false,
  };
}

/** Something of a workflow that is evaluated when it has ended, or (nothing is `visible`) before it starts. */
export function workflowScope(where: string, flow: Flow, options: Options = {}): ExpressionScope {
  return {
    where,
    names: new Set([...ofRun, ...(options.more ?? [])]),
    input: flow.input,
    flow,
    visible: options.visible ?? null,
    step: null,
    status: false,
    shell: false,
  };
}

/** A trigger or a hook of the workspace: no workflow is known. */
export function globalScope(where: string, more: readonly string[]): ExpressionScope {
  const names = new Set([...everywhere, ...more]);
  return { where, names, input: null, flow: null, visible: null, step: null, status: false, shell: false };
}

/** A connection's value: the same wherever it is used. */
export function connectionScope(where: string): ExpressionScope {
  return { ...globalScope(where, []), names: new Set(['secrets']), connection: true };
}

/** What a schedule or webhook hands to the run that it starts. Nothing of the run itself is known before it starts. */
export function triggerScope(where: string, fields: readonly string[]): ExpressionScope {
  return { ...globalScope(where, []), names: new Set(['trigger']), trigger: fields };
}

/** What an inline body finds below `input`: its step's own values, and the input of the run. */
export function inlineInput(flow: Flow, step: LoadedStep): readonly string[] | null {
  if (flow.input === null || step.definition === null) return null;
  return [...new Set([...Object.keys(step.definition.input), ...flow.input])];
}
