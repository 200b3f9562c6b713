import type { Json } from '@millrace/core';
import type { ListNode, MapEntry, MapNode, ScalarNode, SourceNode } from './source-node.ts';

// How dialects make new trees: everything new takes the place of what it stands for.

/** A part of a text to replace, by offsets into the old text. Edits are in order and do not overlap. */
export type TextEdit = Readonly<{ start: number; end: number; text: string }>;

/** The text with the edits made; each character of the new text still knows its place in the file. */
export function editText(node: ScalarNode, edits: readonly TextEdit[]): ScalarNode {
  if (typeof node.value !== 'string' || edits.length === 0) return node;
  const old = node.value;
  let text = '';
  const origins: number[] = [];
  let copied = 0;
  const copyTo = (end: number) => {
    for (; copied < end; copied++) {
      text += old.charAt(copied);
      origins.push(copied);
    }
  };
  for (const edit of edits) {
    copyTo(edit.start);
    for (const unit of edit.text.split('')) {
      text += unit;
      origins.push(edit.start);
    }
    copied = edit.end;
  }
  copyTo(old.length);
  return { ...node, value: text, offsetOf: (index) => node.offsetOf(origins[index] ?? old.length) };
}

/** A value that is not in the file, at the place of something that is. */
export function nodeLike(like: SourceNode, value: Json): SourceNode {
  const { origin, start, end } = like;
  const located = { origin, start, end };
  if (Array.isArray(value)) {
    return { kind: 'list', ...located, items: (value as readonly Json[]).map((item) => nodeLike(like, item)) };
  }
  if (typeof value === 'object' && value !== null) {
    const fields = value as Readonly<Record<string, Json>>;
    return mapOf(
      like,
      Object.keys(fields).map((key) => entryLike(like, key, nodeLike(like, fields[key] ?? null))),
    );
  }
  return { kind: 'scalar', ...located, value: value as string | number | boolean | null, offsetOf: () => start };
}

export function entryLike(like: SourceNode, key: string, value: SourceNode): MapEntry {
  return { key, keyStart: like.start, keyEnd: like.start, value };
}

/** A map at the place of another; of two entries with the same key the first stays. */
export function mapOf(like: SourceNode, entries: readonly MapEntry[]): MapNode {
  const map = new Map<string, MapEntry>();
  for (const entry of entries) if (!map.has(entry.key)) map.set(entry.key, entry);
  return { kind: 'map', origin: like.origin, start: like.start, end: like.end, entries: map };
}

export function listLike(like: SourceNode, items: readonly SourceNode[]): ListNode {
  return { kind: 'list', origin: like.origin, start: like.start, end: like.end, items };
}

/** The same map with each entry replaced by what `convert` makes of it; an empty list drops the entry. */
export function convertEntries(node: MapNode, convert: (entry: MapEntry) => readonly MapEntry[]): MapNode {
  return mapOf(node, [...node.entries.values()].flatMap(convert));
}

/** The same tree with every text replaced. */
export function convertTexts(node: SourceNode, convert: (text: ScalarNode) => ScalarNode): SourceNode {
  if (node.kind === 'scalar') return typeof node.value === 'string' ? convert(node) : node;
  if (node.kind === 'list')
    return listLike(
      node,
      node.items.map((item) => convertTexts(item, convert)),
    );
  return convertEntries(node, (entry) => [{ ...entry, value: convertTexts(entry.value, convert) }]);
}
