import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { MillraceError } from '@millrace/core';

const hello = `# A first workflow. Try it:   millrace run . hello --input who=Ada
# All keys: docs/guide, or \`millrace schema\` for your editor.
workflows:
  hello:
    description: Greets somebody, then counts the letters of the greeting.
    input:
      who: { type: string, default: world, description: Whom to greet. }
    steps:
      greet:
        type: shell
        cmd: |
          echo "Greeting {{ input.who }}"
          printf '%s' {{ {"text": "Hello, " + input.who} | json }} > "$MILLRACE_OUTPUT"
      count:
        depends_on: [greet]
        type: shell
        cmd: |
          text="{{ steps.greet.output.text }}"
          echo "OUTPUT: {\\"letters\\": \${#text}}"
    output:
      text: "{{ steps.greet.output.text }}"
      letters: "{{ steps.count.output.letters }}"
`;

const files: Readonly<Record<string, string>> = {
  '.workflows/hello.yaml': hello,
  '.gitignore': '# What Millrace keeps on this machine: its database and blobs.\n.millrace/\n',
};

/** Writes the sample workspace. Files that exist are kept as they are. Paths are given back as they were asked for. */
export async function writeSample(
  folder: string,
): Promise<Readonly<{ written: readonly string[]; kept: readonly string[] }>> {
  const written: string[] = [];
  const kept: string[] = [];
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, name);
    try {
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, text, { flag: 'wx' });
      written.push(path);
    } catch (cause) {
      const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
      if (code === 'EEXIST' || code === 'EISDIR') {
        kept.push(path);
        continue;
      }
      throw new MillraceError('configuration', `Cannot write ${path}: ${code || String(cause)}.`, {
        hint: 'Give the path of a folder that this user may write to.',
        cause,
      });
    }
  }
  return { written, kept };
}
