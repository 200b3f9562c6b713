import { isAlias, isMap, isScalar, isSeq, type ParsedNode, type Scalar } from 'yaml';
import type { Report } from '../diagnostics/diagnostic.ts';
import { decodeBlockScalar } from './block-offsets.ts';
import { decodeFlowScalar } from './flow-offsets.ts';
import { type Origin, placeAt } from './origin.ts';
import type { MapEntry, MapNode, ScalarNode, SourceNode } from './source-node.ts';

const maxDepth = 64;
/** How many values aliases may stand for in one file: generous for people, far below what a "billion laughs" needs. */
const maxAliasedNodes = 10_000;

/** Turns the library's tree into ours. Whatever cannot be JSON is reported and becomes null. */
export function convertDocument(root: ParsedNode, origin: Origin, report: Report): SourceNode {
  const anchors = new Map<string, Readonly<{ node: SourceNode; size: number }> | 'open'>();
  let size = 0;
  let aliased = 0;

  function convert(node: ParsedNode | null, depth: number, fallback: number): SourceNode {
    size++;
    if (node === null) return nullAt(origin, fallback);
    if (depth > maxDepth) {
      const message = `Lists and maps are nested more than ${maxDepth} levels deep here.`;
      report({ code: 'too_deep', message, hint: 'Flatten the value.', at: placeAt(origin, node.range[0]) });
      return nullAt(origin, node.range[0]);
    }
    if (isAlias(node)) return followAlias(node.source, node.range[0]);
    const { anchor } = node;
    if (anchor === undefined) return convertPlain(node, depth);
    anchors.set(anchor, 'open');
    const before = size;
    const converted = convertPlain(node, depth);
    anchors.set(anchor, { node: converted, size: size - before + 1 });
    return converted;
  }

  function convertPlain(node: ParsedNode, depth: number): SourceNode {
    const [start, end] = node.range;
    if (isSeq(node)) {
      const items = node.items.map((item) => convert(item as ParsedNode | null, depth + 1, start));
      return { kind: 'list', origin, start, end, items };
    }
    if (isMap(node)) {
      const entries = new Map<string, MapEntry>();
      for (const pair of node.items) {
        const entry = convertPair(pair.key as ParsedNode | null, pair.value as ParsedNode | null, depth, start);
        if (entry !== null && !entries.has(entry.key)) entries.set(entry.key, entry);
      }
      return { kind: 'map', origin, start, end, entries } satisfies MapNode;
    }
    return isScalar(node) ? convertScalar(node as Scalar.Parsed, origin, report) : nullAt(origin, start);
  }

  function convertPair(key: ParsedNode | null, value: ParsedNode | null, depth: number, from: number): MapEntry | null {
    const keyStart = key === null ? from : key.range[0];
    const name = keyName(key, keyStart);
    if (name === null) return null;
    const keyEnd = key === null ? keyStart : key.range[1];
    return { key: name, keyStart, keyEnd, value: convert(value, depth + 1, keyStart) };
  }

  function keyName(key: ParsedNode | null, at: number): string | null {
    if (isScalar(key)) {
      const name = typeof key.value === 'string' ? key.value : (key.source ?? String(key.value));
      if (name !== '__proto__') return name;
      const message = 'The key `__proto__` is not allowed.';
      report({ code: 'reserved_key', message, hint: 'Use another name.', at: placeAt(origin, at) });
    } else if (isMap(key) && origin.text.startsWith('{{', at - 1)) {
      const message = 'A template stands here without quotes, so YAML reads it as a map.';
      const hint = 'Put the whole text in quotes: `"{{ … }}"`.';
      report({ code: 'unquoted_template', message, hint, at: placeAt(origin, at - 1) });
    } else {
      const message = 'The key of a map must be a name, not a list, a map or an alias.';
      report({ code: 'invalid_key', message, hint: 'Write `name: value`.', at: placeAt(origin, at) });
    }
    return null;
  }

  function followAlias(name: string, at: number): SourceNode {
    const target = anchors.get(name);
    if (target === undefined || target === 'open') {
      const message =
        target === 'open'
          ? `The alias \`*${name}\` contains itself.`
          : `No anchor \`&${name}\` stands before this alias.`;
      report({ code: 'yaml_alias', message, hint: 'An alias repeats a value above it.', at: placeAt(origin, at) });
      return nullAt(origin, at);
    }
    aliased += target.size;
    size += target.size;
    if (aliased <= maxAliasedNodes) return target.node;
    report({
      code: 'alias_limit',
      message: `The aliases of this file stand for more than ${maxAliasedNodes} values.`,
      hint: 'Write values out, or give them to steps as input.',
      at: placeAt(origin, at),
    });
    return nullAt(origin, at);
  }

  return convert(root, 0, 0);
}

function nullAt(origin: Origin, at: number): ScalarNode {
  return { kind: 'scalar', origin, start: at, end: at, value: null, offsetOf: () => at };
}

function convertScalar(node: Scalar.Parsed, origin: Origin, report: Report): ScalarNode {
  const [start, end] = node.range;
  const base = { kind: 'scalar', origin, start, end } as const;
  const { value } = node;
  if (typeof value === 'string') return { ...base, value, offsetOf: offsetsOf(node, value) };
  if (typeof value === 'boolean' || value === null) return { ...base, value, offsetOf: () => start };
  if (typeof value === 'number' && Number.isFinite(value) && Math.abs(value) <= Number.MAX_SAFE_INTEGER) {
    return { ...base, value, offsetOf: () => start };
  }
  report({
    code: typeof value === 'number' ? 'number_out_of_range' : 'yaml_tag',
    message:
      typeof value === 'number'
        ? `\`${node.source ?? ''}\` is not a number that can be held exactly.`
        : 'This YAML tag gives a value that JSON does not know.',
    hint: 'Put it in quotes to keep it as text.',
    at: placeAt(origin, start),
  });
  return { ...base, value: null, offsetOf: () => start };
}

/** Positions are worked out when somebody asks: only for texts with a problem, or with folds and escapes. */
function offsetsOf(node: Scalar.Parsed, value: string): (index: number) => number {
  const [start] = node.range;
  const token = node.srcToken;
  if (token === undefined) return () => start;
  if (token.type !== 'block-scalar') {
    if (token.source === value) return (index) => token.offset + index;
    return fromDecoded(value, token.offset, token.source.length, () => decodeFlowScalar(token.source));
  }
  const header = token.props.find((prop) => prop.type === 'block-scalar-header');
  const last = token.props.at(-1);
  if (header?.type !== 'block-scalar-header' || last === undefined || !('source' in last)) return () => start;
  const from = last.offset + last.source.length;
  const decodeBlock = () => decodeBlockScalar(token.source, header.source, token.indent);
  return fromDecoded(value, from, token.source.length, decodeBlock);
}

function fromDecoded(
  value: string,
  from: number,
  length: number,
  decode: () => Readonly<{ text: string; offsets: readonly number[] }>,
): (index: number) => number {
  let offsets: readonly number[] | undefined;
  return (index) => {
    if (offsets === undefined) {
      const decoded = decode();
      // Only the line breaks at the end (chomping) may differ; anything else would give false positions.
      offsets = value.startsWith(decoded.text) || decoded.text.startsWith(value) ? decoded.offsets : [];
    }
    const known = offsets[index];
    if (known !== undefined) return from + known;
    return offsets.length === 0 ? from : Math.min(from + (offsets.at(-1) ?? 0) + 1, from + length);
  };
}
