import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Json } from '@millrace/core';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { assignmentOf } from '../../test/step-harness.ts';
import { StepFault } from '../attempt-results.ts';
import { renderingOf } from '../templates/render-text.ts';
import { compileCommand } from './compile-command.ts';

const folder = mkdtempSync(join(tmpdir(), 'millrace-shell-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const canary = join(folder, 'canary');

const compile = (cmd: string, v: Json, dialect: 'posix' | 'bash' = 'bash') =>
  compileCommand(renderingOf(assignmentOf({ type: 'shell', cmd }, { v }), 0), cmd, dialect);

function run(shell: string, cmd: string, v: Json): string {
  const { script, variables } = compile(cmd, v, shell === 'bash' ? 'bash' : 'posix');
  const env = { PATH: process.env.PATH, LC_ALL: 'C.UTF-8', ...variables };
  const done = spawnSync(shell, ['-c', '--', script, shell], {
    cwd: folder,
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (done.status !== 0) throw new Error(`${shell} ended with ${done.status} for ${script}\n${done.stderr}`);
  return done.stdout;
}

const V = '{{ input.v }}';
const same = (value: string): string => value;
/** Command substitution cuts newlines at the end. */
const cut = (value: string): string => value.replace(/\n+$/, '');
const p = `printf '%s'`;

type Placement = readonly [name: string, cmd: string, expected: (value: string) => string];

/** Places that every shell knows. What the command prints must be the value, byte by byte. */
const everywhere: readonly Placement[] = [
  ['bare word', `${p} ${V}`, same],
  ['part of a bare word', `${p} a${V}b`, (v) => `a${v}b`],
  ['two in one word', `${p} ${V}${V}`, (v) => v + v],
  ['two words', `printf '%s|' ${V} ${V}`, (v) => `${v}|${v}|`],
  ['an empty neighbour', `printf '<%s>' '' ${V}`, (v) => `<><${v}>`],
  ['double quotes', `${p} "${V}"`, same],
  ['inside double quotes', `${p} "a ${V} b"`, (v) => `a ${v} b`],
  ['single quotes', `${p} '${V}'`, same],
  ['inside single quotes', `${p} 'a ${V} $HOME b'`, (v) => `a ${v} $HOME b`],
  ['adjacent quotings', `${p} "${V}"'${V}'${V}`, (v) => v + v + v],
  ['after a backslash', `${p} \\${V}`, same],
  ['after a backslash in double quotes', `${p} "\\${V}"`, (v) => `\\${v}`],
  ['after a backslash in single quotes', `${p} '\\${V}'`, (v) => `\\${v}`],
  ['after a dollar', `${p} $${V}`, (v) => `$${v}`],
  ['after a dollar in double quotes', `${p} "$${V}"`, (v) => `$${v}`],
  ['after a variable', `x=1; ${p} $x${V}`, (v) => `1${v}`],
  ['assignment', `x=${V}; ${p} "$x"`, same],
  ['assignment in double quotes', `x="${V}"; ${p} "$x"`, same],
  ['environment of a command', `X=${V} sh -c 'printf "%s" "$X"'`, same],
  ['export', `export X=${V}; sh -c 'printf "%s" "$X"'`, same],
  ['argument of a nested shell', `sh -c 'printf "%s" "$1"' sh ${V}`, same],
  ['command substitution', `${p} "$(${p} ${V})"`, cut],
  ['quotes inside a substitution inside quotes', `${p} "$(${p} "${V}")"`, cut],
  ['unquoted substitution, quoted inside', `x=$(${p} '${V}'); ${p} "$x"`, cut],
  ['nested substitutions', `${p} "$(${p} "$(${p} ${V})")"`, cut],
  ['backticks', `${p} "\`${p} ${V}\`"`, cut],
  ['backticks, quoted inside', `x=\`${p} "${V}"\`; ${p} "$x"`, cut],
  ['nested backticks', `x=\`${p} "\\\`${p} ${V}\\\`"\`; ${p} "$x"`, cut],
  ['default of a variable', `unset x; ${p} "\${x:-${V}}"`, same],
  ['default of a variable, unquoted', `unset x; ${p} \${x:-${V}}`, same],
  ['assigned default', `unset x; : "\${x:=${V}}"; ${p} "$x"`, same],
  ['prefix to remove', `x=${V}tail; ${p} "\${x#${V}}"`, () => 'tail'],
  ['prefix to remove, quoted', `x=${V}tail; ${p} "\${x#"${V}"}"`, () => 'tail'],
  ['here-document', `cat <<EOF\n${V}\nEOF`, (v) => `${v}\n`],
  ['inside a here-document', `cat <<EOF\na "${V}" '${V}'\nEOF`, (v) => `a "${v}" '${v}'\n`],
  ['after a backslash in a here-document', `cat <<EOF\n\\${V} \\$x\nEOF`, (v) => `\\${v} $x\n`],
  ['after a dollar in a here-document', `cat <<EOF\n$${V}\nEOF`, (v) => `$${v}\n`],
  ['here-document with a quoted delimiter', `cat <<'EOF'\n$x \`y\` \\ ${V}\nEOF`, (v) => `$x \`y\` \\ ${v}\n`],
  ['here-document with a delimiter in parts', `cat <<"E"O\\F && ${p} end\n${V} $1\nEOF`, (v) => `${v} $1\nend`],
  ['here-document without tabs', `cat <<-EOF\n\t\t${V}\n\tEOF`, (v) => `${v}\n`],
  ['here-document without tabs, quoted', `cat <<-'EOF'\n\t$x${V}\n\tEOF\n`, (v) => `$x${v}\n`],
  ['substitution inside a here-document', `cat <<EOF\n$(${p} ${V})\nEOF`, (v) => `${cut(v)}\n`],
  ['here-document inside a substitution', `x=$(cat <<EOF\n${V}\nEOF\n); ${p} "$x"`, cut],
  ['two here-documents', `cat <<A; cat <<'B'\n${V}\nA\n${V}$\nB\n${p} ${V}`, (v) => `${v}\n${v}$\n${v}`],
  ['a line after a here-document', `cat <<EOF\nx\nEOF\n${p} ${V}`, (v) => `x\n${v}`],
  ['a joined line in a here-document', `cat <<EOF\na\\\nEOF\n${V}\nEOF`, (v) => `aEOF\n${v}\n`],
  ['case word', `case ${V} in ${V}) ${p} yes;; *) ${p} no;; esac`, () => 'yes'],
  ['case pattern', `case x${V}y in a|x${V}y) ${p} yes;; *) ${p} no;; esac`, () => 'yes'],
  ['case inside a substitution', `x=$(case a in a) ${p} ${V};; esac); ${p} "$x"`, cut],
  ['case with parenthesised pattern', `case a in (a) ${p} ${V};; esac`, same],
  ['list of a loop', `for x in ${V} "${V}"; do ${p} "$x"; done`, (v) => v + v],
  ['if and test', `if [ ${V} = "${V}" ]; then ${p} yes; fi`, () => 'yes'],
  ['function body', `f() { ${p} ${V}; }; f`, same],
  ['subshell', `(${p} ${V})`, same],
  ['braces', `{ ${p} ${V}; }`, same],
  ['after a comment', `# it's a "quote ${V}\n${p} ${V}`, same],
  ['hash inside a word', `${p} a#${V}`, (v) => `a#${v}`],
  ['pipe', `${p} ${V} | cat`, same],
  ['after and', `true && ${p} ${V}`, same],
  ['redirection target', `${p} ok > ${'./out'}; ${p} ${V} >> /dev/null; ${p} ${V}`, same],
  ['set and positional parameters', `set -- ${V} x; ${p} "$1"`, same],
  ['line continuation', `${p} \\\n ${V}`, same],
  ['condition block', `{% if input.v != "" %}${p} ${V}{% else %}:{% endif %}`, same],
  ['loop block', `{% for x in [input.v, input.v] %}${p} {{ x }}\n{% endfor %}`, (v) => v + v],
];

/** Places of bash. */
const inBash: readonly Placement[] = [
  ['ANSI-C quotes', `${p} $'a\\'${V}\\t'`, (v) => `a'${v}\t`],
  ['after a backslash in ANSI-C quotes', `${p} $'\\${V}'`, (v) => `\\${v}`],
  ['here-string', `cat <<< ${V}`, (v) => `${v}\n`],
  ['here-string in quotes', `cat <<< "${V}"`, (v) => `${v}\n`],
  ['array', `a=(${V} x "${V}"); ${p} "\${a[2]}"`, same],
  ['process substitution', `cat <(${p} ${V})`, same],
  ['condition', `[[ ${V} == "${V}" && -n x ]] && ${p} yes`, () => 'yes'],
  ['unquoted side of a condition', `[[ ${V} == ${V} ]] && ${p} yes`, () => 'yes'],
  ['replacement', `x=a; ${p} "\${x/a/${V}}"`, same],
  ['pattern to replace', `x=${V}; ${p} "\${x//${V}/ok}"`, (v) => (v === '' ? '' : 'ok')],
  ['local variable', `f() { local x=${V}; ${p} "$x"; }; f`, same],
  ['declare', `declare x=${V}; ${p} "$x"`, same],
  ['arithmetic elsewhere', `(( 1 < 2 )) && ${p} ${V}`, same],
  ['read from a pipe with both streams', `{ ${p} ${V}; } |& cat`, same],
];

const attack = `touch ${canary}`;
const nasty = [
  '',
  ' ',
  '-n',
  "it's",
  '*',
  '~',
  '$HOME',
  '\\',
  'a\\',
  '\n',
  'EOF\n',
  'a\n\n',
  `$(${attack})`,
  `\`${attack}\``,
  `'; ${attack}; '`,
  `"; ${attack}; "`,
  `\nEOF\n${attack}\n`,
  `\n\tEOF\n${attack}\n`,
  `)\n${attack}\n(`,
  `}; ${attack}; {`,
  `;; esac; ${attack}; case x in x) `,
  `a[$(${attack})]`,
  `$((a[$(${attack})]))`,
  `\${x:-$(${attack})}`,
  '&$&\\&',
  '!! !$ #{}',
  'ünïcødé 漢字 🚀',
  '\u0001\u007f\t\r\v',
];
const pieces = fc.constantFrom(
  "'",
  '"',
  '`',
  '$',
  '\\',
  '(',
  ')',
  '{',
  '}',
  '\n',
  ' ',
  ';',
  '&',
  '|',
  '*',
  '#',
  '~',
  'EOF',
  '!',
  attack,
  '$(',
  '%',
  'a',
  'é',
);
const value = fc.oneof(
  fc.array(pieces, { maxLength: 12 }).map((parts) => parts.join('')),
  fc.string({ unit: 'grapheme', maxLength: 20 }).map((text) => text.replaceAll('\0', '')),
);

/**
 * What a command prints for each of several values. One shell runs all of them, each in its own subshell and with its own
 * variables: a process for each would take minutes.
 */
function runAll(shell: string, cmd: string, texts: readonly string[]): string[] {
  const env: Record<string, string | undefined> = { PATH: process.env.PATH, LC_ALL: 'C.UTF-8' };
  const end = '<end of one run>';
  let script = '';
  for (const [index, text] of texts.entries()) {
    const compiled = compile(cmd, text, shell === 'bash' ? 'bash' : 'posix');
    const own = (code: string): string => code.replaceAll('MILLRACE_V', `MILLRACE_${index}_V`);
    for (const [name, value] of Object.entries(compiled.variables)) env[own(name)] = value;
    script += `(\n${own(compiled.script)}\n) || printf '<failed>'\nprintf '${end}'\n`;
  }
  const done = spawnSync(shell, ['-c', '--', script, shell], {
    cwd: folder,
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (done.status !== 0 || done.stderr !== '') throw new Error(`${shell} ended with ${done.status}\n${done.stderr}`);
  return done.stdout.split(end).slice(0, -1);
}

function holds([name, cmd, expected]: Placement, shell: string, texts: readonly string[]): void {
  const printed = runAll(shell, cmd, texts);
  for (const [index, text] of texts.entries()) {
    expect(printed[index], `${name} in ${shell} with ${JSON.stringify(text)}`).toBe(expected(text));
  }
  expect(existsSync(canary), `${name} in ${shell} executed a value`).toBe(false);
}

describe('a value in a command', () => {
  describe.each(['sh', 'bash'])('of %s', (shell) => {
    const placements = shell === 'bash' ? [...everywhere, ...inBash] : everywhere;
    it.each(placements)('arrives unchanged as: %s', (...placement) => {
      holds(placement, shell, nasty);
      fc.assert(
        fc.property(fc.array(value, { minLength: 8, maxLength: 8 }), (texts) => holds(placement, shell, texts)),
        { numRuns: 1 },
      );
    });
  });

  it('is written as text, also when it is no string', () => {
    expect(run('sh', `printf '%s' ${V}`, { a: [1, "it's"] })).toBe('{"a":[1,"it\'s"]}');
    expect(run('sh', `printf '%s' ${V}`, 12.5)).toBe('12.5');
    expect(run('sh', `printf '[%s]' ${V}`, null)).toBe('[]');
  });

  it('is code when it is marked as raw, and only then', () => {
    expect(run('sh', "{{ input.v | raw }} 'x'", 'printf %s a; printf %s')).toBe('ax');
  });

  it('means in blocks what it means in every other template', () => {
    const cmd =
      '{% for k, x in input.v %}{% if not loop.first %}; {% endif %}echo {{ loop.index }} {{ k }} {{ x }}{% endfor %}' +
      '{% for x in [] %}x{% else %}; echo none{% endfor %}';
    expect(run('sh', cmd, { a: 1, 'b c': '$x' })).toBe('1 a 1\n2 b c $x\nnone\n');
  });

  it('shares one variable with equal values', () => {
    expect(Object.keys(compile(`echo ${V} ${V} "{{ input.v | upper }}"`, 'a').variables)).toHaveLength(2);
  });

  it('leaves a command without values as it is', () => {
    const cmd = "cat <<'EOF' | `x` $'a' ((\n$x\nEOF\n";
    expect(compile(cmd, '').script).toBe(cmd);
  });
});

describe('a place that is evaluated again', () => {
  const places: readonly string[] = [
    `echo $((1 + ${V}))`,
    `(( ${V} > 1 ))`,
    `for ((i = 0; i < ${V}; i++)); do :; done`,
    `let x=${V}`,
    `echo $[ ${V} ]`,
    `[[ 1 -eq ${V} ]]`,
    `[[ ${V} -lt 3 && a == b ]]`,
    `[ ${V} -gt 1 ]`,
    `test 1 -le ${V}`,
    `a[${V}]=1`,
    `echo "\${a[${V}]}"`,
    `echo "\${x:${V}:1}"`,
    `eval ${V}`,
    `eval "echo '${V}'"`,
    `command eval ${V}`,
    `if true; then eval ${V}; fi`,
    `sh -c ${V}`,
    `sh -c 'echo ${V}'`,
    `bash -ec "echo ${V}"`,
    `sudo -u root bash -c "echo ${V}"`,
    `find . -exec sh -c 'echo ${V}' \\;`,
    `env A=b timeout 5 bash -lc "${V}"`,
    `echo ${V} | sh`,
    `printf '%s' "x" | cat ${V} | sudo bash -s`,
    `bash <<EOF\necho ${V}\nEOF`,
    `bash <<'EOF'\necho ${V}\nEOF`,
    `cat <<EOF | sh\n${V}\nEOF`,
    `bash <<< "echo ${V}"`,
    `ssh host "ls ${V}"`,
    `ssh -p 22 -i key user@host <<EOF\nls ${V}\nEOF`,
    `python3 -c "print('${V}')"`,
    `node -e "f('${V}')"`,
    `trap "echo ${V}" EXIT`,
    `alias x=${V}`,
    `declare -i n=${V}`,
    `declare -i n; n=${V}`,
    `exit ${V}`,
    `x=$(eval "echo ${V}")`,
    `echo "\`sh -c '${V}'\`"`,
  ];

  it.each(places)('lets only numbers in: %s', (cmd) => {
    const codeOf = (v: Json): string | null => {
      try {
        compile(cmd, v);
        return null;
      } catch (cause) {
        return cause instanceof StepFault ? cause.fault.code : String(cause);
      }
    };
    for (const bad of ['x', '', 'a[$(id)]', '1; id', '$(id)', '08', '1e3', '0x1f', '1 2', true, null, [1]]) {
      expect(codeOf(bad), JSON.stringify(bad)).toBe('unsafe_interpolation');
    }
    for (const good of [0, 3, -3, 2.5, '17']) expect(codeOf(good), JSON.stringify(good)).toBe(null);
  });

  it('works with negative numbers', () => {
    expect(run('bash', `x=abcdef; printf '%s ' $((5-${V})) $((5+${V})) "\${x:${V}}"`, -2)).toBe('7 3 ef ');
  });

  it('takes names where a builtin takes the name of a variable', () => {
    expect(run('bash', `export ${V}=1; unset ${V}; read -r ${V} <<< hello; printf '%s' "$name"`, 'name')).toBe('hello');
    expect(() => compile(`export ${V}=1`, 'a[$(id)]')).toThrow('the name of a variable');
    expect(() => compile(`unset a[${V}]`, 'x')).toThrow(StepFault);
  });

  it('is told in the fault with its place', () => {
    const cmd = `echo ok\necho $((1 + ${V}))`;
    const assignment = assignmentOf(
      { type: 'shell', cmd },
      { v: 'x' },
      { places: { '/cmd': { file: 'a.yaml', line: 7, column: 10 } } },
    );
    try {
      compileCommand(renderingOf(assignment, 0), cmd, 'posix');
      expect.unreachable();
    } catch (cause) {
      const { fault } = cause as StepFault;
      expect(fault.message).toBe(
        'cmd, line 2, column 13: this value cannot be put into the command safely: it stands in arithmetic $(( )).',
      );
      expect(fault.at).toEqual({ file: 'a.yaml', line: 8, column: 13 });
      expect(fault.retryable).toBe(false);
    }
  });
});

describe('a value that cannot be put anywhere', () => {
  it.each([
    ['a NUL character', `echo ${V}`, 'a\0b', 'NUL'],
    ['the name of a variable', `echo "\${x${V}}"`, 'x', 'name of a variable'],
    ['the delimiter of a here-document', `cat <<${V}\nx\nEOF`, 'EOF', 'delimiter'],
  ])('is refused: %s', (_name, cmd, v, message) => {
    expect(() => compile(cmd, v)).toThrow(message);
  });

  it("is refused in $'…' of sh, whose meaning differs from system to system", () => {
    expect(() => compile(`echo $'${V}'`, 'x', 'posix')).toThrow('shell: bash');
  });

  it('is refused in a shell that is not known', () => {
    const cmd = `echo ${V}`;
    const rendering = renderingOf(assignmentOf({ type: 'shell', cmd }, { v: 'x' }), 0);
    expect(() => compileCommand(rendering, cmd, null)).toThrow('does not know how this shell quotes');
    expect(compileCommand(rendering, 'echo {{ input.v | raw }}', null).script).toBe('echo x');
  });
});
