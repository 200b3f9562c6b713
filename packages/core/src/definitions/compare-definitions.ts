import type { Json, JsonObject } from '../values/json.ts';
import type { Definitions } from './definitions.ts';
import type { Parameter, Parameters } from './parameters.ts';
import type { WorkflowDefinition } from './workflow.ts';

export type DefinitionChange = Readonly<{
  kind: 'action' | 'workflow' | 'trigger' | 'connection' | 'connection_type' | 'secret' | 'hook';
  /** A hook of the workspace is named by its event. */
  name: string;
  change: 'added' | 'changed' | 'removed';
  /** What differs, by the words of the YAML files: `steps.build.cmd`. Empty unless it changed. */
  keys: readonly string[];
}>;

/** A change that may break whoever relies on what was there. */
export type ChangeWarning = Readonly<{ code: string; message: string }>;

export type Comparison = Readonly<{
  /** Sorted by kind and name. */
  changes: readonly DefinitionChange[];
  warnings: readonly ChangeWarning[];
}>;

/** What making `after` live in place of `before` would change. Places, and the order of maps, are no difference. */
export function compareDefinitions(before: Definitions, after: Definitions): Comparison {
  const changes = [
    ...compareRecords('action', before.actions, after.actions),
    ...compareRecords('workflow', named(before.workflows), named(after.workflows)),
    ...compareRecords('trigger', before.triggers, after.triggers),
    ...compareRecords('connection', before.connections ?? {}, after.connections ?? {}),
    ...compareRecords('connection_type', before.connectionTypes ?? {}, after.connectionTypes ?? {}),
    ...compareRecords('secret', before.secrets ?? {}, after.secrets ?? {}),
    ...compareRecords('hook', hooksOf(before), hooksOf(after)),
  ];
  return { changes, warnings: changes.flatMap((change) => warningsOf(change, before, after)) };
}

type Entries = Readonly<Record<string, unknown>>;

function compareRecords(kind: DefinitionChange['kind'], before: Entries, after: Entries): readonly DefinitionChange[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return names.flatMap((name): readonly DefinitionChange[] => {
    if (!Object.hasOwn(before, name)) return [{ kind, name, change: 'added', keys: [] }];
    if (!Object.hasOwn(after, name)) return [{ kind, name, change: 'removed', keys: [] }];
    const keys = [...differences(before[name] as Json, after[name] as Json, [])];
    return keys.length === 0 ? [] : [{ kind, name, change: 'changed', keys: [...new Set(keys)].sort() }];
  });
}

/** Steps by their names: one that moved within the file is the same step. */
function named(workflows: Definitions['workflows']): Entries {
  return Object.fromEntries(
    Object.entries(workflows).map(([name, workflow]) => [
      name,
      { ...workflow, steps: Object.fromEntries(workflow.steps.map((step) => [step.name, step])) },
    ]),
  );
}

function hooksOf({ hooks }: Definitions): Entries {
  const calls = Object.entries(hooks).filter(([, list]) => list.length > 0);
  return Object.fromEntries(calls.map(([event, list]) => [written(event), list]));
}

function* differences(before: Json | undefined, after: Json | undefined, path: readonly string[]): Generator<string> {
  if (!isMap(before) || !isMap(after)) {
    if (canonical(before) !== canonical(after)) yield path.join('.');
    return;
  }
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const next = transparent.has(key) ? path : [...path, written(key)];
    yield* differences(before[key], after[key], next);
  }
}

/** Keys of the vocabulary that no file has: what is below them stands one level higher there. */
const transparent: ReadonlySet<string> = new Set(['body', 'inline', 'fields', 'hooks']);

/** `timeoutMs` is written `timeout`, `dependsOn` is `depends_on`; `itemConcurrency` shares a key with another thing. */
function written(key: string): string {
  if (key === 'itemConcurrency') return 'concurrency';
  return key.replace(/Ms$/, '').replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

const isMap = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function canonical(value: Json | undefined): string | undefined {
  return JSON.stringify(value, (_key, inner: Json) =>
    isMap(inner) ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1))) : inner,
  );
}

function warningsOf(change: DefinitionChange, before: Definitions, after: Definitions): readonly ChangeWarning[] {
  const { kind, name } = change;
  if (kind === 'trigger' && change.change === 'removed') {
    return [{ code: 'trigger_removed', message: `Trigger ${name} no longer starts anything.` }];
  }
  if (kind === 'trigger' && before.triggers[name]?.enabled === true && after.triggers[name]?.enabled === false) {
    return [{ code: 'trigger_disabled', message: `Trigger ${name} is switched off.` }];
  }
  if (kind !== 'workflow') return [];
  if (change.change === 'removed') {
    const message = `Workflow ${name} can no longer be started; runs under way go on.`;
    return [{ code: 'workflow_removed', message }];
  }
  return inputWarnings(name, before.workflows[name], after.workflows[name]);
}

/** Callers of a workflow beyond this workspace (API, people, scripts) rely on its input. */
function inputWarnings(
  name: string,
  before: WorkflowDefinition | undefined,
  after: WorkflowDefinition | undefined,
): readonly ChangeWarning[] {
  const [old, next] = [fieldsOf(before?.input), fieldsOf(after?.input)];
  if (old === null || next === null) return [];
  const warnings: ChangeWarning[] = [];
  for (const [field, parameter] of Object.entries(next)) {
    if (demanded(parameter) && !demanded(old[field])) {
      const message = `Workflow ${name} now requires the input ${field}: starts without it are refused.`;
      warnings.push({ code: 'input_required', message });
    }
    const type = old[field]?.type;
    if (type !== undefined && type !== parameter.type) {
      const message = `Workflow ${name} takes the input ${field} as ${parameter.type} instead of ${type}.`;
      warnings.push({ code: 'input_type_changed', message });
    }
  }
  for (const field of Object.keys(old)) {
    if (Object.hasOwn(next, field)) continue;
    const message = `Workflow ${name} no longer takes the input ${field}: starts with it are refused.`;
    warnings.push({ code: 'input_removed', message });
  }
  return warnings;
}

const fieldsOf = (input: Parameters | undefined) => (input?.kind === 'flat' ? input.fields : null);
const demanded = (parameter: Parameter | undefined): boolean =>
  parameter?.required === true && parameter.default === undefined;
