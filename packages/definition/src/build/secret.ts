import type { SecretDefinition } from '@millrace/core';
import type { Report } from '../diagnostics/diagnostic.ts';
import { readNode } from '../grammar/read-node.ts';
import { secret } from '../grammar/secret.ts';
import type { Named } from './named.ts';

/** One entry of `secrets`; null when it has an error, which is reported. */
export function buildSecret({ name, at, node }: Named, report: Report): SecretDefinition | null {
  // What stands in place of a map may be the value itself, which no message may repeat.
  if (node.kind !== 'map' && !(node.kind === 'scalar' && node.value === null)) {
    report({
      code: 'secret_in_clear',
      message: `Secret \`${name}\`: a secret's value never stands in a file; here goes what it is for, or nothing.`,
      hint: `Write \`${name}: { description: … }\`, and give the value to the server: \`millrace secret set ${name}\`. Who could read this file knows it: change it.`,
      at,
    });
    return null;
  }
  const failed = { is: false };
  const written = readNode(secret, node, { name: `Secret \`${name}\``, at, noun: 'secret' }, (problem) => {
    failed.is = true;
    report(problem);
  });
  return failed.is ? null : { name, ...(written ?? {}) };
}
