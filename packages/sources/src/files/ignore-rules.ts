// Which files are no part of a workspace: what tools keep for themselves, and what `.millraceignore` in the workspace's
// root names, in the form of `.gitignore`: one pattern a line, `#` comments, `*` and `?` within a name, `**` across
// folders, a leading `/` (or a slash in the middle) ties it to the root, a trailing `/` means folders only, `!` takes a
// file back in. The last pattern that matches decides; nothing below an ignored folder can be taken back in.

import { relative, sep } from 'node:path';
import { readInside } from './read-inside.ts';

/** Answers for a path from the workspace's root, with `/` as its separator. */
export type IgnoreRules = (path: string, isFolder: boolean) => boolean;

/** Never part of a workspace, at any depth. */
const alwaysIgnored = new Set(['.git', 'node_modules', '.millrace', '.hg', '.svn', '.DS_Store']);

export const ignoreFile = '.millraceignore';

/** The rules of a workspace. `exclude`: absolute paths of folders that are none of its business, such as our own data. */
export async function readIgnoreRules(root: string, exclude: readonly string[] = []): Promise<IgnoreRules> {
  const rules = createIgnoreRules((await readInside(root, ignoreFile)) ?? '');
  const excluded = new Set(exclude.map((path) => relative(root, path).replaceAll(sep, '/')));
  return (path, isFolder) => excluded.has(path) || rules(path, isFolder);
}

export function createIgnoreRules(text: string): IgnoreRules {
  const rules = text.split(/\r?\n/).flatMap((line) => {
    const rule = parseRule(line);
    return rule === null ? [] : [rule];
  });
  return (path, isFolder) => {
    const name = path.slice(path.lastIndexOf('/') + 1);
    if (alwaysIgnored.has(name)) return true;
    let ignored = false;
    for (const rule of rules) {
      if ((isFolder || !rule.foldersOnly) && rule.pattern.test(path)) ignored = !rule.negated;
    }
    return ignored;
  };
}

type Rule = Readonly<{ pattern: RegExp; negated: boolean; foldersOnly: boolean }>;

function parseRule(line: string): Rule | null {
  let text = line.replace(/(?<!\\)\s+$/, '');
  if (text === '' || text.startsWith('#')) return null;
  const negated = text.startsWith('!');
  if (negated) text = text.slice(1);
  const foldersOnly = text.endsWith('/');
  if (foldersOnly) text = text.slice(0, -1);
  const anchored = text.includes('/');
  if (text.startsWith('/')) text = text.slice(1);
  if (text === '') return null;
  const body = text
    .split('/')
    .map((part) => (part === '**' ? '**' : translate(part)))
    .join('/')
    .replaceAll('/**/', '/(?:[^/]+/)*')
    .replace(/^\*\*\//, '(?:[^/]+/)*')
    .replace(/\/\*\*$/, '/.+')
    .replace(/^\*\*$/, '.+');
  return { pattern: new RegExp(`^${anchored ? '' : '(?:.*/)?'}${body}$`, 'u'), negated, foldersOnly };
}

/** One name's pattern. Runs of stars count as one, so that no pattern takes more than polynomial time of low degree. */
function translate(part: string): string {
  return part.replace(/\\.|\*+|\?|[^*?\\]+|\\$/gu, (piece) => {
    if (piece.startsWith('*')) return '[^/]*';
    if (piece === '?') return '[^/]';
    const literal = piece.startsWith('\\') && piece.length > 1 ? piece.slice(1) : piece;
    return literal.replace(/[.+^${}()|[\]\\*?/]/g, '\\$&');
  });
}
