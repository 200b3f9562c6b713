import { join } from 'node:path';
import type { StepFiles } from '../processes/step-files.ts';

/** Linux takes at most 128 KiB in one variable or argument; some room is left for its name. */
export const maxVariableBytes = 96 * 1024;
/** All variables and arguments together; the kernel's limit is a quarter of the stack limit, usually 2 MiB. */
const maxTotalBytes = 768 * 1024;

/**
 * Moves values that are too big for the environment into files, and gives the shell code that reads them back into
 * variables of the same names (not exported, so that the programs which the step starts do not inherit them either).
 *
 * `$(…)` cuts trailing newlines off, so a full stop is printed behind the file and then removed. The code stands in front
 * of the script on its first line, so that line numbers in the shell's own messages stay right.
 */
export async function spillValues(
  variables: Readonly<Record<string, string>>,
  tempDir: string,
  files: StepFiles,
): Promise<{ prelude: string; variables: Record<string, string> }> {
  const kept: Record<string, string> = {};
  const sizes = Object.entries(variables).map(([name, text]) => ({ name, text, bytes: Buffer.byteLength(text) }));
  sizes.sort((a, b) => a.bytes - b.bytes);
  let total = 0;
  let prelude = '';
  for (const { name, text, bytes } of sizes) {
    total += bytes + name.length + 2;
    if (bytes <= maxVariableBytes && total <= maxTotalBytes) {
      kept[name] = text;
      continue;
    }
    const file = join(tempDir, `value-${name}`);
    await files.write(file, text);
    prelude += `${name}=$(cat ${singleQuoted(file)} && printf .) || exit 1; ${name}=\${${name}%.}; `;
  }
  return { prelude, variables: kept };
}

/** Quotes a text that is known at compile time for a shell. */
const singleQuoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
