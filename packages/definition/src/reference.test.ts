// The reference is complete, and every example in its tables loads where its table says that it stands.
import { compilePlan, type JsonObject, parameterTypes } from '@millrace/core';
import { describe, expect, it, test } from 'vitest';
import { parse } from 'yaml';
import { fileOf, readingFile } from '../test/reference-frames.ts';
import { type ReferenceTable, readReference } from '../test/reference-page.ts';
import { allNames } from './checks/expression-scope.ts';
import { actionShape } from './grammar/action.ts';
import { actionTypes, bodyShapes } from './grammar/action-bodies.ts';
import { connection, connectionType } from './grammar/connection.ts';
import { file } from './grammar/file.ts';
import { hookCall } from './grammar/hooks.ts';
import { knownKeys } from './grammar/known-keys.ts';
import { cache, rateLimit, sharedConcurrency } from './grammar/limits.ts';
import { flatParameters } from './grammar/parameters.ts';
import { queue } from './grammar/queue.ts';
import { retry } from './grammar/retry.ts';
import { secret } from './grammar/secret.ts';
import { stepShape, transition } from './grammar/step.ts';
import { triggerShape, triggerShapes } from './grammar/trigger.ts';
import { workflow } from './grammar/workflow.ts';
import { loadDefinitions, type SourceFile } from './load-definitions.ts';

const tables = readReference(new URL('../../../docs/reference/workflow-language.md', import.meta.url));

const cloudTypes: ReadonlySet<string> = new Set(['cloud_run', 'fargate', 'container_app']);
const ownTables = actionTypes.filter((type) => !cloudTypes.has(type));

/** What each table has to have a row for. */
const wanted: Readonly<Record<string, readonly string[]>> = {
  'file Key': knownKeys(file, []),
  'parameter Key': knownKeys(flatParameters, ['any']),
  'parameter Type': parameterTypes,
  'step Unit': ['ms', 's', 'm', 'h', 'd'],
  'action shell Size': ['500m', '2', '1.5', '512Mi', '4G', '1e9'],
  'action Key': ['type', ...Object.keys(actionShape)],
  ...Object.fromEntries(ownTables.map((type) => [`action ${type} Key`, Object.keys(bodyShapes[type])])),
  'action cloud Key': Object.keys(bodyShapes.cloud_run),
  'workflow Key': knownKeys(workflow, []),
  'hook Key': knownKeys(hookCall, []),
  'step Key': ['action', 'env', ...Object.keys(stepShape)],
  'transition Key': knownKeys(transition, []),
  'retry Key': knownKeys(retry, []),
  'workflow concurrency Key': knownKeys(sharedConcurrency, []),
  'queue Key': knownKeys(queue, []),
  'secret Key': knownKeys(secret, []),
  'connection_type Key': knownKeys(connectionType, []),
  'connection Key': knownKeys(connection, []),
  'step rate_limit Key': knownKeys(rateLimit, []),
  'step cache Key': knownKeys(cache, []),
  'trigger Key': ['type', ...Object.keys(triggerShape)],
  'trigger schedule Key': Object.keys(triggerShapes.schedule),
  'trigger webhook Key': Object.keys(triggerShapes.webhook),
  'trigger event Key': Object.keys(triggerShapes.event),
  'reads Name': [...allNames],
};

const nameOf = ({ frame, column }: ReferenceTable): string => `${frame} ${column}`;
const sorted = (keys: readonly string[]): readonly string[] => [...keys].sort();

describe('the reference of the workflow language', () => {
  it('has a table for each part of the grammar, and no other', () => {
    expect(sorted(tables.map(nameOf))).toEqual(sorted(Object.keys(wanted)));
  });

  it.each(tables)('has a row for each key, and no other: $frame ($column)', (table) => {
    expect(sorted(table.rows.flatMap(({ keys }) => keys))).toEqual(sorted(wanted[nameOf(table)] ?? []));
  });

  it('has an example in each row', () => {
    const without = tables.flatMap((table) =>
      table.rows.filter(({ examples }) => examples.length === 0).map(({ keys }) => `${nameOf(table)}: ${keys.join()}`),
    );
    expect(without).toEqual([]);
  });
});

const examples = tables.flatMap(({ frame, rows }) =>
  rows.flatMap(({ keys, later, examples }) => examples.map((example) => ({ frame, keys, later, example }))),
);

/** The file as one of a pack, which a workspace calls. */
function loadInPack(file: SourceFile) {
  const config = { channel: { type: 'string' } };
  const manifest = { name: 'own', version: '1.0.0', description: null, config, dependencies: [] };
  const pack = { manifest, files: [file], config: {} };
  const call = { workflows: { call: { steps: { s: { action: 'own.example' } } } } };
  return loadDefinitions([{ path: 'call.yaml', text: JSON.stringify(call) }], { resolved: [pack], missing: [] });
}

test.each(examples)('an example of the reference loads: $frame: $example', ({ frame, keys, later, example }) => {
  const reads = frame === 'reads';
  const given = reads ? null : (parse(example) as JsonObject);
  const whole = given === null ? readingFile(keys[0] ?? '', example) : fileOf(frame, given);
  if (whole === null) throw new Error(`Examples cannot stand in "${frame}".`);
  const file = { path: 'example.yaml', text: JSON.stringify(whole) };
  const inPack = reads && keys[0] === 'config';
  const { definitions, diagnostics } = inPack ? loadInPack(file) : loadDefinitions([file]);
  expect(diagnostics).toEqual([]);
  if (definitions === null) throw new Error('Nothing was loaded.');
  expect(example).toContain(keys[0]);
  // What cannot be executed yet is told when the workflow is compiled; of triggers and names nothing is told.
  const { problems } = compilePlan(definitions, 'test', inPack ? 'own.example' : 'example');
  const told = reads || frame.startsWith('trigger') || keys[0] === 'triggers' ? [] : ['not_supported_yet'];
  expect([...new Set(problems.map(({ code }) => code))]).toEqual(later ? told : []);
});
