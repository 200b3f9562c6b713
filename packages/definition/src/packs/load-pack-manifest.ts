import { findSealed } from '@millrace/core';
import { checkParameters } from '../checks/check-parameters.ts';
import { createDiagnosticList, type Diagnostic, type Report } from '../diagnostics/diagnostic.ts';
import { readNode } from '../grammar/read-node.ts';
import type { SourceFile } from '../load-definitions.ts';
import { createOrigin } from '../yaml/origin.ts';
import { parseFile } from '../yaml/parse-file.ts';
import { nodeAt, placeOf, type SourceNode, textsIn } from '../yaml/source-node.ts';
import { manifest } from './grammar.ts';
import type { PackManifest } from './pack.ts';
import { usesOf } from './read-pack-uses.ts';

/** Reads a `pack.yaml`. Pure; every problem is told. */
export function loadPackManifest({ path, text }: SourceFile): Readonly<{
  /** null when any diagnostic is an error. */
  manifest: PackManifest | null;
  diagnostics: readonly Diagnostic[];
}> {
  const list = createDiagnosticList();
  const at = { file: path, line: 1, column: 1 };
  const { root, broken } = parseFile(createOrigin(path, text), list.report);
  const subject = { name: 'The pack', at, noun: 'pack' } as const;
  if (root === null) {
    const message = 'This file says nothing of a pack.';
    if (!broken) list.report({ code: 'missing_key', message, hint: 'Write `name: …` and `version: 1.0.0`.', at });
    return { manifest: null, diagnostics: list.sorted() };
  }
  const written = readNode(manifest, root, subject, list.report);
  const config = written?.config ?? {};
  if (written !== null) {
    checkParameters({ kind: 'flat', fields: config }, nodeAt(root, ['config']), 'The configuration', list.report);
  }
  const node = written === null ? undefined : nodeAt(root, ['dependencies']);
  checkReadsNoSecrets(root, list.report);
  const dependencies = node === undefined ? [] : usesOf(node, list.report);
  const diagnostics = list.sorted();
  const failed = written === null || diagnostics.some(({ severity }) => severity === 'error');
  if (failed) return { manifest: null, diagnostics };
  const { name, version, description } = written;
  return { manifest: { name, version, description: description ?? null, config, dependencies }, diagnostics };
}

/** Defaults and the configuration of dependencies become configuration, and there the workspace's secrets would be put in. */
function checkReadsNoSecrets(root: SourceNode, report: Report): void {
  for (const [text] of textsIn(root)) {
    if (findSealed(String(text.value)).length === 0) continue;
    report({
      code: 'name_not_here',
      message: 'The pack reads secrets or connections of the workspaces that use it.',
      hint: 'Leave the value to them: they may give `{{ secrets.NAME }}` as `config`.',
      at: placeOf(text),
    });
  }
}
