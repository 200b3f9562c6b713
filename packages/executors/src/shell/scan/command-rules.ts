// Where an argument is evaluated a second time: by a builtin (`eval`, `let`, `[[ -eq ]]`), or by an interpreter that the
// command starts (`sh -c`, `ssh host`, a here-document or a pipe into a shell). Quoting cannot help there, so only numbers
// are let in; where a builtin takes the name of a variable, only names.
import { type Demand, demand, type HereDocument, type ScanState, type Word, type WordMark } from './scanner.ts';

export type PipedCommand = Readonly<{
  words: readonly Word[];
  hereStrings: readonly Word[];
  documents: readonly HereDocument[];
}>;

const shells = new Set(['sh', 'bash', 'dash', 'ash', 'ksh', 'mksh', 'zsh', 'fish', 'busybox']);
/** Interpreters of other languages, with the options that take a program text. */
const interpreters: Readonly<Record<string, RegExp>> = {
  python: /^-[A-Za-z]*c$/,
  node: /^(-e|-p|-pe|--eval|--print)$/,
  perl: /^-[A-Za-z]*[eE]$/,
  ruby: /^-[A-Za-z]*e$/,
  php: /^-r$/,
};
const evaluators = new Set(['eval', 'let', 'alias', 'trap']);
const declarators = new Set([
  'declare',
  'typeset',
  'local',
  'readonly',
  'export',
  'unset',
  'read',
  'mapfile',
  'readarray',
]);
const numberTakers = new Set(['exit', 'return', 'shift', 'break', 'continue']);
const wrappers = new Set([
  'command',
  'builtin',
  'exec',
  'env',
  'sudo',
  'doas',
  'nohup',
  'nice',
  'ionice',
  'timeout',
  'time',
  'setsid',
  'stdbuf',
]);
const arithmeticTests = new Set(['-eq', '-ne', '-lt', '-le', '-gt', '-ge']);
const assignment = /^[A-Za-z_]\w*(\[[^\]]*\])?\+?=/;
/** Options of ssh that take a value. */
const sshValueOption = /^-[BbcDEeFIiJLlmOopQRSWw]$/;

const baseName = (word: Word): string => word.plain.slice(word.plain.lastIndexOf('/') + 1);

/** Checks the values of one simple command (or one `[[ … ]]`). */
export function checkCommand(
  state: ScanState,
  words: readonly Word[],
  hereStrings: readonly Word[],
  documents: readonly HereDocument[],
): void {
  for (const word of words) checkSubscript(state, word);
  const command = withoutAssignments(state, words);
  const first = command[0];
  if (first === undefined) return;
  checkBuiltin(state, command);
  for (const [index, word] of words.entries()) checkInterpreter(state, baseName(word), words.slice(index + 1));
  const inner = innerCommand(command);
  checkRemote(state, inner);
  const reader = programReader(inner);
  if (reader === null) return;
  const why = `${reader} reads it as part of its program`;
  for (const word of hereStrings) demandAll(state, word.marks, 'number', why);
  for (const document of documents) document.strict = why;
}

/** `… | sh`: what the commands before it print becomes code. */
export function checkPipeline(state: ScanState, commands: readonly PipedCommand[]): void {
  for (const [index, command] of commands.entries()) {
    const reader = programReader(innerCommand(withoutAssignments(state, command.words)));
    if (index === 0 || reader === null) continue;
    const why = `the pipe hands it to ${reader}, which reads it as part of its program`;
    for (const before of commands.slice(0, index)) {
      for (const word of [...before.words, ...before.hereStrings]) demandAll(state, word.marks, 'number', why);
      for (const document of before.documents) document.strict = why;
    }
  }
}

/** `a[{{ i }}]=…`: a shell evaluates the index as arithmetic. */
function checkSubscript(state: ScanState, word: Word): void {
  const target = /^\w*\[[^\]]*\]\+?=/.exec(word.raw)?.[0];
  if (target === undefined) return;
  const inIndex = word.marks.filter(({ offset }) => offset < target.length);
  demandAll(state, inIndex, 'number', 'it stands in an array index');
}

function withoutAssignments(state: ScanState, words: readonly Word[]): readonly Word[] {
  let index = 0;
  for (let word = words[0]; word !== undefined && assignment.test(word.raw); word = words[++index]) {
    const name = /^\w+/.exec(word.raw)?.[0] ?? '';
    if (state.integers.has(name)) {
      demandAll(
        state,
        word.marks,
        'number',
        `${name} is declared as an integer, so what is assigned to it is arithmetic`,
      );
    }
  }
  return words.slice(index);
}

function checkBuiltin(state: ScanState, command: readonly Word[]): void {
  let words = command;
  while (words[0]?.plain === 'command' || words[0]?.plain === 'builtin') words = words.slice(1);
  const name = words[0]?.plain ?? '';
  const args = words.slice(1);
  if (evaluators.has(name)) {
    for (const word of args) demandAll(state, word.marks, 'number', `${name} evaluates it as code`);
  } else if (declarators.has(name)) {
    checkDeclaration(state, name, args);
  } else if (numberTakers.has(name)) {
    for (const word of args) demandAll(state, word.marks, 'number', `${name} takes a number`);
  } else if (name === '[[' || name === '[' || name === 'test') {
    checkTest(state, name, args);
  } else if (name === 'printf' && args[0]?.plain === '-v') {
    demandAll(state, args[1]?.marks ?? [], 'name', 'printf -v takes the name of a variable');
  }
}

function checkDeclaration(state: ScanState, name: string, args: readonly Word[]): void {
  const integers = name !== 'read' && name !== 'unset' && args.some(({ plain }) => /^-[A-Za-z]*i/.test(plain));
  for (const word of args) {
    if (word.plain.startsWith('-') && word.marks.length === 0) continue;
    if (integers) {
      demandAll(state, word.marks, 'number', `${name} -i evaluates it as arithmetic`);
      state.integers.add(/^\w*/.exec(word.plain)?.[0] ?? '');
      continue;
    }
    const equals = word.raw.indexOf('=');
    for (const mark of word.marks) {
      if (equals >= 0 && mark.offset > equals) continue;
      const inIndex = word.raw.slice(0, mark.offset).includes('[');
      demandAll(state, [mark], inIndex ? 'number' : 'name', `${name} takes the name of a variable`);
    }
  }
}

function checkTest(state: ScanState, name: string, args: readonly Word[]): void {
  for (const [index, word] of args.entries()) {
    if (arithmeticTests.has(word.plain)) {
      for (const operand of [args[index - 1], args[index + 1]]) {
        demandAll(state, operand?.marks ?? [], 'number', `${name} compares it as a number (${word.plain})`);
      }
    } else if (word.plain === '-v' || word.plain === '-R') {
      demandAll(state, args[index + 1]?.marks ?? [], 'name', `${word.plain} takes the name of a variable`);
    }
  }
}

/** `sh -c TEXT`, `python3 -c TEXT`, …: only the program text is evaluated; what follows it are its arguments. */
function checkInterpreter(state: ScanState, name: string, args: readonly Word[]): void {
  const isShell = shells.has(name) || name === 'su';
  const programOption = isShell ? /^-[A-Za-z]*c[A-Za-z]*$/ : interpreters[name.replace(/[\d.]+$/, '')];
  if (programOption === undefined) return;
  for (const [index, word] of args.entries()) {
    if (!programOption.test(word.plain)) continue;
    // Shells take further options between -c and the text.
    let at = index + 1;
    while (isShell && /^[-+]/.test(args[at]?.plain ?? '') && args[at]?.marks.length === 0) at++;
    demandAll(state, args[at]?.marks ?? [], 'number', `${name} ${word.plain} evaluates it as code`);
    return;
  }
}

/** What a remote shell gets from ssh: everything after the host is one line of code to it. */
function checkRemote(state: ScanState, command: readonly Word[]): void {
  if (command[0] === undefined || baseName(command[0]) !== 'ssh') return;
  let at = 1;
  while (command[at]?.plain.startsWith('-') === true) at += sshValueOption.test(command[at]?.plain ?? '') ? 2 : 1;
  for (const word of command.slice(at + 1)) {
    demandAll(state, word.marks, 'number', "ssh hands it to the remote machine's shell, which evaluates it as code");
  }
}

/** The command behind `sudo -u x`, `env A=b`, `timeout 5`, …. */
function innerCommand(command: readonly Word[]): readonly Word[] {
  let at = 0;
  while (wrappers.has(command[at] === undefined ? '' : baseName(command[at] as Word))) {
    const wrapper = baseName(command[at] as Word);
    at++;
    for (let word = command[at]; word !== undefined; word = command[++at]) {
      const isArgument =
        word.plain.startsWith('-') ||
        word.plain.includes('=') ||
        (wrapper === 'timeout' && /^[\d.]+[smhd]?$/.test(word.plain));
      if (!isArgument) break;
      if (/^-[ugnk]$/.test(word.plain)) at++;
    }
  }
  return command.slice(at);
}

/** The name of a command that reads its program from its standard input; null for others. */
function programReader(command: readonly Word[]): string | null {
  const first = command[0];
  if (first === undefined) return null;
  const name = baseName(first);
  const args = command.slice(1);
  if (shells.has(name)) {
    if (args.some(({ plain }) => /^-[A-Za-z]*c[A-Za-z]*$/.test(plain))) return null;
    const fromInput = args.some(({ plain }) => plain === '-s' || plain === '-');
    return fromInput || args.every(({ plain }) => /^[-+]/.test(plain) || plain === 'pipefail') ? name : null;
  }
  if (name === 'ssh' || name === 'su') return name;
  const isInterpreter = interpreters[name.replace(/[\d.]+$/, '')] !== undefined;
  return isInterpreter && args.every(({ plain }) => plain === '-') ? name : null;
}

function demandAll(state: ScanState, marks: readonly WordMark[], what: Demand, why: string): void {
  for (const { mark } of marks) demand(state, mark, what, why);
}
