import type {
  ActionDefinition,
  ActionType,
  ConnectionDefinition,
  ConnectionTypeDefinition,
  HookCall,
  Parameters,
  QueueDefinition,
  SecretDefinition,
  StepDefinition,
  TriggerDefinition,
} from '@millrace/core';
import type { Named } from '../build/named.ts';
import type { WorkflowHead } from '../build/workflow.ts';
import type { MapNode, SourceNode } from '../yaml/source-node.ts';

/**
 * Everything that the files say, before it is known to hold together. A definition is null when its own grammar is wrong:
 * its name still counts, so that what refers to it is not reported as well.
 */
export type Loaded = Readonly<{
  actions: ReadonlyMap<string, LoadedAction>;
  workflows: ReadonlyMap<string, LoadedWorkflow>;
  triggers: ReadonlyMap<string, LoadedTrigger>;
  queues: ReadonlyMap<string, LoadedQueue>;
  secrets: ReadonlyMap<string, LoadedSecret>;
  connectionTypes: ReadonlyMap<string, LoadedConnectionType>;
  connections: ReadonlyMap<string, LoadedConnection>;
  hooks: readonly LoadedHook[];
  /** The configuration that a workspace gives to its packs. */
  packConfigs: readonly Readonly<{ pack: string; node: SourceNode }>[];
  /** A file could not be read: what it would define is unknown, so unknown names are not reported. */
  incomplete: boolean;
  packs: KnownPacks;
  /** What `config` has; null: these are the files of a workspace, which has none. */
  config: readonly string[] | null;
}>;

/** What can be called as `pack.name`. */
export type KnownPacks = Readonly<{
  names: ReadonlySet<string>;
  /** Those whose items are not known, since they could not be had or loaded. */
  missing: ReadonlySet<string>;
  targets: ReadonlyMap<string, Target>;
}>;

export type LoadedAction = Named & Readonly<{ definition: ActionDefinition | null }>;
export type LoadedStep = Named & Readonly<{ definition: StepDefinition | null }>;
export type LoadedWorkflow = Named & Readonly<{ head: WorkflowHead | null; steps: ReadonlyMap<string, LoadedStep> }>;
export type LoadedTrigger = Named & Readonly<{ definition: TriggerDefinition | null }>;
type LoadedQueue = Named & Readonly<{ definition: QueueDefinition | null }>;
type LoadedSecret = Named & Readonly<{ definition: SecretDefinition | null }>;
type LoadedConnectionType = Named & Readonly<{ definition: ConnectionTypeDefinition | null }>;
export type LoadedConnection = Named & Readonly<{ definition: ConnectionDefinition | null }>;
export type LoadedHook = Readonly<{
  event: 'on_success' | 'on_failure' | 'on_cancel' | 'on_suspend';
  call: HookCall;
  node: MapNode;
  /** Its position in the merged list of its event. */
  index: number;
}>;

/** What a step, trigger or hook calls. `open`: it exists or may exist, but nothing more is known about it. */
export type Target =
  | Readonly<{ kind: 'action'; action: LoadedAction }>
  | Readonly<{ kind: 'workflow'; workflow: LoadedWorkflow }>
  | Readonly<{ kind: 'open' }>
  | Readonly<{ kind: 'unknown' }>;

/** An action's name is looked for first among actions, then among workflows: a workflow is an action too. */
export function findTarget(loaded: Loaded, name: string): Target {
  const action = loaded.actions.get(name);
  if (action !== undefined) return { kind: 'action', action };
  return name.includes('.') ? findInPacks(loaded, name) : findWorkflow(loaded, name);
}

export function findWorkflow(loaded: Loaded, name: string): Target {
  const workflow = loaded.workflows.get(name);
  if (workflow !== undefined) return { kind: 'workflow', workflow };
  if (!name.includes('.')) return { kind: loaded.incomplete ? 'open' : 'unknown' };
  const target = findInPacks(loaded, name);
  return target.kind === 'action' ? { kind: 'unknown' } : target;
}

export const packOf = (name: string): string => name.slice(0, name.indexOf('.'));

function findInPacks({ packs }: Loaded, name: string): Target {
  const pack = packOf(name);
  if (packs.missing.has(pack)) return { kind: 'open' };
  return (packs.names.has(pack) ? packs.targets.get(name) : undefined) ?? { kind: 'unknown' };
}

/** What a step calls, through a workflow action to the workflow itself; null when it calls neither by name. */
export function targetOfStep(loaded: Loaded, step: StepDefinition): Target | null {
  if (step.action !== undefined) return throughWorkflowAction(loaded, findTarget(loaded, step.action));
  return step.inline?.type === 'workflow' ? findWorkflow(loaded, step.inline.workflow) : null;
}

function throughWorkflowAction(loaded: Loaded, target: Target): Target {
  const body = target.kind === 'action' ? target.action.definition?.body : undefined;
  return body?.type === 'workflow' ? findWorkflow(loaded, body.workflow) : target;
}

/** Bodies that a worker executes: it renders them, so they may read secrets. */
export function isForWorkers(type: ActionType): boolean {
  return type !== 'workflow' && type !== 'approval' && type !== 'wait' && type !== 'emit';
}

/** Whether what a step gives goes to workers only; where it is not known what the step calls, it may. */
export function takesSecrets(loaded: Loaded, { definition }: LoadedStep): boolean {
  if (definition === null) return true;
  if (definition.inline !== undefined) return isForWorkers(definition.inline.type);
  const target = targetOfStep(loaded, definition);
  if (target?.kind !== 'action') return target?.kind !== 'workflow';
  return target.action.definition === null || isForWorkers(target.action.definition.body.type);
}

/** The parameters that a target takes; null when they are not known. */
export function inputOfTarget(target: Target): Parameters | null {
  if (target.kind === 'action') {
    return target.action.definition === null ? null : inputOfAction(target.action.definition);
  }
  return target.kind === 'workflow' ? (target.workflow.head?.input ?? null) : null;
}

/** An action that declares no input takes whatever it is given. */
export function inputOfAction({ input }: ActionDefinition): Parameters | null {
  return input.kind === 'flat' && Object.keys(input.fields).length === 0 ? null : input;
}

/** The names in a set of parameters; null when others may exist too. */
export function namesOfParameters(parameters: Parameters | null): readonly string[] | null {
  if (parameters === null) return null;
  if (parameters.kind === 'flat') return Object.keys(parameters.fields);
  const { properties, additionalProperties } = parameters.schema;
  if (additionalProperties !== false || typeof properties !== 'object' || properties === null) return null;
  return Object.keys(properties);
}

/** The type of what a step calls; null when it is not known. */
export function typeOfStep(loaded: Loaded, { definition }: LoadedStep): ActionType | null {
  if (definition === null) return null;
  if (definition.inline !== undefined) return definition.inline.type;
  const target = findTarget(loaded, definition.action ?? '');
  if (target.kind === 'workflow') return 'workflow';
  return target.kind === 'action' ? (target.action.definition?.body.type ?? null) : null;
}
