import { hookFields } from '@millrace/core';
import { buildAction } from '../build/action.ts';
import { buildConnection, buildConnectionType } from '../build/connection.ts';
import { hooksOf } from '../build/hooks.ts';
import type { Named } from '../build/named.ts';
import { buildQueue } from '../build/queue.ts';
import { buildSecret } from '../build/secret.ts';
import { buildStep } from '../build/step.ts';
import { buildTrigger } from '../build/trigger.ts';
import { buildWorkflowHead } from '../build/workflow.ts';
import type { Report } from '../diagnostics/diagnostic.ts';
import { didYouMean } from '../diagnostics/did-you-mean.ts';
import { laterSections } from '../grammar/file.ts';
import { hookNames, hooks } from '../grammar/hooks.ts';
import { readNode } from '../grammar/read-node.ts';
import { describeValue } from '../values/describe-value.ts';
import { engineTargets, isReservedName, namePattern } from '../values/names.ts';
import { placeAt } from '../yaml/origin.ts';
import {
  listAt,
  type MapNode,
  mapAt,
  nodeAt,
  placeOf,
  placeOfKey,
  type SourceNode,
  toJson,
} from '../yaml/source-node.ts';
import type { Loaded, LoadedHook, LoadedStep } from './loaded.ts';

/** The sections of named entries, and what one of them is called. */
const sections = {
  actions: 'action',
  workflows: 'workflow',
  triggers: 'trigger',
  queues: 'queue',
  secrets: 'secret',
  connection_types: 'connection type',
  connections: 'connection',
} as const;
type Section = keyof typeof sections;

/** Merges the files by section and builds every entry. Each problem of a single entry is reported here. */
export function gather(
  roots: readonly SourceNode[],
  incomplete: boolean,
  report: Report,
  surroundings: Pick<Loaded, 'packs' | 'config'>,
): Loaded {
  const names = Object.keys(sections) as Section[];
  const found = Object.fromEntries(names.map((section) => [section, new Map<string, Named>()])) as Readonly<
    Record<Section, Map<string, Named>>
  >;
  const hookCalls: LoadedHook[] = [];
  for (const root of roots) {
    if (root.kind !== 'map') {
      const message = `A workflow file is a map of sections; this one is ${describeValue(toJson(root))}.`;
      report({ code: 'not_a_map', message, hint: 'Begin with `workflows:` or `actions:`.', at: placeOf(root) });
      continue;
    }
    checkSections(root, report);
    for (const section of names) gatherSection(root, section, found[section], surroundings.config !== null, report);
    gatherHooks(root, hookCalls, report);
  }
  return {
    actions: mapValues(found.actions, (named) => ({ ...named, definition: buildAction(named, report) })),
    workflows: mapValues(found.workflows, (named) => ({
      ...named,
      head: buildWorkflowHead(named, report),
      steps: gatherSteps(named, report),
    })),
    triggers: mapValues(found.triggers, (named) => ({ ...named, definition: buildTrigger(named, report) })),
    queues: mapValues(found.queues, (named) => ({ ...named, definition: buildQueue(named, report) })),
    secrets: mapValues(found.secrets, (named) => ({ ...named, definition: buildSecret(named, report) })),
    connectionTypes: mapValues(found.connection_types, (named) => ({
      ...named,
      definition: buildConnectionType(named, report),
    })),
    connections: mapValues(found.connections, (named) => ({ ...named, definition: buildConnection(named, report) })),
    hooks: hookCalls,
    packConfigs: roots.flatMap(packConfigsOf),
    incomplete,
    ...surroundings,
  };
}

function mapValues<From, To>(map: ReadonlyMap<string, From>, convert: (value: From) => To): Map<string, To> {
  return new Map([...map].map(([key, value]) => [key, convert(value)]));
}

function checkSections(root: MapNode, report: Report): void {
  // Which packs are used was read before: what they hold is needed to check the rest.
  const known: readonly string[] = [...Object.keys(sections), 'packs', ...hookNames];
  for (const key of root.entries.keys()) {
    if (known.includes(key)) continue;
    const at = placeOfKey(root, key);
    if ((laterSections as readonly string[]).includes(key)) {
      const message = `The section \`${key}\` belongs to the language, but this version of Millrace does not know it yet.`;
      report({ code: 'unsupported_section', message, hint: 'Remove it until a later version.', at });
    } else {
      const message = `There is no section \`${key}\`.`;
      report({ code: 'unknown_key', message, hint: didYouMean(key, known, 'Sections'), at });
    }
  }
}

function gatherSection(
  root: MapNode,
  section: Section,
  into: Map<string, Named>,
  inPack: boolean,
  report: Report,
): void {
  const node = root.entries.get(section)?.value;
  if (node === undefined || (node.kind === 'scalar' && node.value === null)) return;
  if (node.kind !== 'map') {
    const message = `The section \`${section}\` must be a map of names; got ${describeValue(toJson(node))}.`;
    report({
      code: 'not_a_map',
      message,
      hint: `Write \`${section}:\` and below it one name each.`,
      at: placeOf(node),
    });
    return;
  }
  const noun = sections[section];
  // `core.fail` cannot be taken for the target `fail` of a transition.
  for (const [name, named] of namedEntries(node, noun, report, inPack ? engineTargets : [])) {
    const earlier = into.get(name);
    if (earlier === undefined) into.set(name, named);
    else {
      const { file, line, column } = earlier.at;
      report({
        code: 'duplicate_name',
        message: `The ${noun} \`${name}\` is defined twice: here and at ${file}:${line}:${column}.`,
        hint: 'Rename or remove one of them.',
        at: named.at,
      });
    }
  }
}

/** The entries of a map whose keys are names; keys that cannot be names are reported and kept. */
function* namedEntries(
  node: MapNode,
  noun: string,
  report: Report,
  allowed: readonly string[] = [],
): Generator<[string, Named]> {
  for (const [name, entry] of node.entries) {
    const at = placeAt(node.origin, entry.keyStart);
    if (!namePattern.test(name)) {
      report({
        code: 'invalid_name',
        message: `\`${name.slice(0, 80)}\` cannot be the name of ${article(noun)}.`,
        hint: 'Names have letters, digits, `_` and `-`, start with a letter or `_`, and have at most 128 characters.',
        at,
      });
    } else if (isReservedName(name) && !allowed.includes(name)) {
      const message = `\`${name}\` is a reserved word and cannot be the name of ${article(noun)}.`;
      report({ code: 'reserved_name', message, hint: `For example \`${name}_it\`.`, at });
    }
    yield [name, { name, at, node: entry.value }];
  }
}

function article(noun: string): string {
  return noun === 'action' ? 'an action' : `a ${noun}`;
}

function gatherSteps({ node }: Named, report: Report): Map<string, LoadedStep> {
  const steps = mapAt(node, 'steps');
  const loaded = new Map<string, LoadedStep>();
  if (steps === undefined) return loaded;
  for (const [name, named] of namedEntries(steps, 'step', report)) {
    loaded.set(name, { ...named, definition: buildStep(named, report) });
  }
  return loaded;
}

function packConfigsOf(root: SourceNode): Loaded['packConfigs'] {
  const packs = mapAt(root, 'packs');
  return [...(packs?.entries ?? [])].flatMap(([pack, { value }]) => {
    const node = nodeAt(value, ['config']);
    return node === undefined ? [] : [{ pack, node }];
  });
}

function gatherHooks(root: MapNode, into: LoadedHook[], report: Report): void {
  const entries = new Map([...root.entries].filter(([key]) => (hookNames as readonly string[]).includes(key)));
  if (entries.size === 0) return;
  const node: MapNode = { ...root, entries };
  const subject = { name: 'The workspace', at: placeOf(root), noun: 'file' } as const;
  const written = readNode(hooks, node, subject, report);
  if (written === null) return;
  const calls = hooksOf(written);
  for (const event of hookNames) {
    const items = listAt(root, event)?.items ?? [];
    for (const [index, call] of calls[hookFields[event]].entries()) {
      const item = items[index];
      const before = into.filter((one) => one.event === event).length;
      if (item?.kind === 'map') into.push({ event, call, node: item, index: before });
    }
  }
}
