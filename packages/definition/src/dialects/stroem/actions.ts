import type { Report } from '../../diagnostics/diagnostic.ts';
import { convertEntries, convertTexts, entryLike, listLike, mapOf, nodeLike } from '../../yaml/edit-node.ts';
import {
  type MapEntry,
  type MapNode,
  mapAt,
  placeOf,
  placeOfKey,
  type SourceNode,
  textAt,
  textsIn,
} from '../../yaml/source-node.ts';
import { wrappedProperties } from './is-stroem.ts';
import { rewriteTera, type StepNames } from './tera.ts';
import { durationOf, ignoreKey, inputOf, retryOf } from './values.ts';

const noSteps: StepNames = new Map();

/** An entry of `actions`. */
export function actionOf(node: SourceNode, owner: string, report: Report): SourceNode {
  if (node.kind !== 'map') return node;
  const outputs = wrappedProperties(node);
  return convertEntries(bodyOf(node, owner, noSteps, report), (entry): MapEntry[] => {
    switch (entry.key) {
      case 'input':
        return [{ ...entry, value: inputOf(entry.value) }];
      case 'output':
        return [{ ...entry, value: inputOf(outputs ?? entry.value) }];
      default:
        return [entry];
    }
  });
}

/** The keys that an action and an inline step have in common: its type and body. */
export function bodyOf(node: MapNode, owner: string, steps: StepNames, report: Report): MapNode {
  const type = textAt(node, 'type');
  const rewritten = convertEntries(node, (entry) => [bodyEntry(entry, steps, report)]);
  const named = convertEntries(rewritten, (entry): MapEntry[] => {
    if (entry.key !== 'name') return [entry];
    return node.entries.has('description') ? [] : [{ ...entry, key: 'description' }];
  });
  switch (type) {
    case 'script':
      return node.entries.has('runtime') ? named : scriptOf(named, owner, report);
    case 'docker':
    case 'pod':
      return containerOf(named, type);
    case 'task':
      return convertEntries(named, (entry): MapEntry[] => {
        if (entry.key === 'type') return [{ ...entry, value: nodeLike(entry.value, 'workflow') }];
        return [entry.key === 'task' ? { ...entry, key: 'workflow', value: referenceOf(entry.value) } : entry];
      });
    case 'approval':
      return convertEntries(named, (entry) => [entry.key === 'message' ? { ...entry, key: 'prompt' } : entry]);
    case 'agent':
      report({
        code: 'dialect_unsupported',
        message: `${owner} is of type \`agent\`, which this version of Millrace cannot run.`,
        hint: 'Call the model from a `script` or `http` action.',
        at: placeOfKey(node, 'type'),
      });
      return mapOf(node, [
        entryLike(node, 'type', nodeLike(node, 'function')),
        entryLike(node, 'function', nodeLike(node, 'agent')),
      ]);
    default:
      return named;
  }
}

const templated = [
  'cmd',
  'script',
  'source',
  'args',
  'env',
  'image',
  'command',
  'entrypoint',
  'manifest',
  'pod',
  'message',
];

function bodyEntry(entry: MapEntry, steps: StepNames, report: Report): MapEntry {
  if (entry.key === 'timeout') return { ...entry, value: durationOf(entry.value) };
  if (entry.key === 'retry') return { ...entry, value: retryOf(entry.value) };
  if (!templated.includes(entry.key)) return entry;
  return { ...entry, value: convertTexts(entry.value, (text) => rewriteTera(text, steps, report)) };
}

/** Items of libraries were written with a slash at first. */
export function referenceOf(node: SourceNode): SourceNode {
  if (node.kind !== 'scalar' || typeof node.value !== 'string' || !node.value.includes('/')) return node;
  return { ...node, value: node.value.replaceAll('/', '.') };
}

const runtimes: Readonly<Record<string, string>> = {
  python: 'python',
  javascript: 'node',
  js: 'node',
  typescript: 'node',
  ts: 'node',
  go: 'go',
};

function scriptOf(node: MapNode, owner: string, report: Report): MapNode {
  const runner = textAt(node, 'runner') ?? 'local';
  if (runner !== 'local' && !node.entries.has('image')) {
    report({
      code: 'dialect_unsupported',
      message: `${owner} has \`runner: ${runner}\`: the runner image of Strøm does not exist here.`,
      hint: 'Replace `runner` by `image: …`.',
      at: placeOfKey(node, 'runner'),
    });
  }
  const language = textAt(node, 'language') ?? 'shell';
  const shell = language === 'shell' || language === 'bash' || language === 'sh';
  if (!shell) refuseTemplates(node, owner, report);
  const runtime = Object.hasOwn(runtimes, language) ? (runtimes[language] ?? language) : language;
  return convertEntries(node, (entry): MapEntry[] => {
    switch (entry.key) {
      case 'type':
        if (shell) return [{ ...entry, value: nodeLike(entry.value, 'shell') }];
        return [
          entry,
          { ...entry, key: 'runtime', value: nodeLike(mapEntryOr(node, 'language', entry.value), runtime) },
        ];
      case 'script':
        return [{ ...entry, key: shell ? 'cmd' : 'code' }];
      case 'source':
        return [{ ...entry, key: shell ? 'script' : 'entrypoint' }];
      case 'language':
      case 'runner':
        return [];
      case 'interpreter':
        if (shell) return [{ ...entry, key: 'shell' }];
        ignoreKey(node, 'interpreter', owner, 'the runtime brings its own.', report);
        return [];
      case 'dependencies':
        return shell ? [] : [entry];
      default:
        return [entry];
    }
  });
}

function mapEntryOr(node: MapNode, key: string, fallback: SourceNode): SourceNode {
  return node.entries.get(key)?.value ?? fallback;
}

/** Programs are never templates here. */
function refuseTemplates(node: MapNode, owner: string, report: Report): void {
  const code = node.entries.get('script')?.value;
  if (code === undefined) return;
  for (const [text] of textsIn(code)) {
    if (!String(text.value).includes('{{')) continue;
    report({
      code: 'dialect_unsupported',
      message: `${owner} puts values into its program with \`{{ }}\`. Here a program is never a template.`,
      hint: 'Read them from standard input, where the input comes as JSON, or hand them over in `env`.',
      at: placeOf(text),
    });
  }
}

function containerOf(node: MapNode, type: 'docker' | 'pod'): MapNode {
  return convertEntries(node, (entry): MapEntry[] => {
    const { key, value } = entry;
    if (key === 'pod') return [{ ...entry, key: 'manifest' }];
    if (key !== 'cmd' || value.kind !== 'scalar') return [entry];
    if (type === 'pod') {
      return [
        { ...entry, key: 'command', value: listLike(value, [nodeLike(value, 'sh'), nodeLike(value, '-c'), value]) },
      ];
    }
    const shell = listLike(value, [nodeLike(value, 'sh'), nodeLike(value, '-c')]);
    return [
      { ...entry, key: 'entrypoint', value: shell },
      { ...entry, key: 'command', value: listLike(value, [value]) },
    ];
  });
}

export function hasInput(node: MapNode): boolean {
  return mapAt(node, 'input') !== undefined;
}
