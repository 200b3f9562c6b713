import { createDiagnosticList, type Diagnostic } from '../diagnostics/diagnostic.ts';
import { readNode } from '../grammar/read-node.ts';
import type { SourceFile } from '../load-definitions.ts';
import { createOrigin } from '../yaml/origin.ts';
import { parseFile } from '../yaml/parse-file.ts';
import { lockFile } from './grammar.ts';

/** What a name of Git meant when the pack was locked, and the hash of what it held. */
export type LockedPack = Readonly<{
  name: string;
  url: string;
  ref: string | null;
  path: string;
  version: string;
  commit: string;
  /** `sha256:…` over the names and contents of all its files. */
  hash: string;
}>;

export const lockFileName = 'millrace.lock';

/** Reads a `millrace.lock`. */
export function loadPackLock({ path, text }: SourceFile): Readonly<{
  locked: readonly LockedPack[];
  diagnostics: readonly Diagnostic[];
}> {
  const list = createDiagnosticList();
  const { root } = parseFile(createOrigin(path, text), list.report);
  const subject = { name: 'The lock file', at: { file: path, line: 1, column: 1 }, noun: 'file' } as const;
  const written = root === null ? null : readNode(lockFile, root, subject, list.report);
  const locked = Object.entries(written?.packs ?? {}).map(([name, { git, ref, path: folder, ...rest }]) => ({
    name,
    url: git,
    ref: ref ?? null,
    path: folder ?? '',
    ...rest,
  }));
  return { locked, diagnostics: list.sorted() };
}

/** The text of a lock file: sorted, one line for each fact, so that differences are easy to read. */
export function writePackLock(locked: readonly LockedPack[]): string {
  const lines = [
    '# Written by `millrace pack lock`. Commit it.',
    'version: 1',
    `packs:${locked.length === 0 ? ' {}' : ''}`,
  ];
  for (const { name, url, ref, path, version, commit, hash } of [...locked].sort((a, b) =>
    a.name < b.name ? -1 : 1,
  )) {
    lines.push(`  ${name}:`, `    git: ${JSON.stringify(url)}`);
    if (ref !== null) lines.push(`    ref: ${JSON.stringify(ref)}`);
    if (path !== '') lines.push(`    path: ${JSON.stringify(path)}`);
    lines.push(`    version: ${JSON.stringify(version)}`, `    commit: "${commit}"`, `    hash: "${hash}"`);
  }
  return `${lines.join('\n')}\n`;
}
