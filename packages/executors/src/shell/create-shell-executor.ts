import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { ShellBody } from '@millrace/core';
import { StepFault } from '../attempt-results.ts';
import type { ExecutionContext, Executor } from '../executor.ts';
import { findProgram } from '../processes/find-program.ts';
import { insideFolder } from '../processes/inside-folder.ts';
import { packFolderOf } from '../processes/pack-folder.ts';
import { runStepProcess, type StepProcess } from '../processes/run-step-process.ts';
import type { ProcessStarter } from '../processes/starting/process-starter.ts';
import { startDirectly } from '../processes/starting/start-directly.ts';
import { stepEnvironment } from '../processes/step-environment.ts';
import type { StepFiles } from '../processes/step-files.ts';
import { type Rendering, renderingOf, renderString, renderStrings } from '../templates/render-text.ts';
import { compileCommand } from './compile-command.ts';
import { shellCommandOf } from './shell-command.ts';
import { maxVariableBytes, spillValues } from './spill-values.ts';

export type ShellExecutorOptions = Readonly<{
  /** Milliseconds since the epoch, for `now()` in templates. */
  clock?: () => number;
  /** How processes are started; it ends with the executor. Default: directly. */
  starter?: ProcessStarter;
}>;

/** Executes `shell` actions without an image on this machine: `cmd` text, or a `script` file of the workspace. */
export function createShellExecutor(options: ShellExecutorOptions = {}): Executor {
  const { clock = Date.now, starter = startDirectly } = options;
  return {
    capability: 'shell',
    needsFolders: true,
    end: () => starter.end(),
    execute: (context) => runStepProcess(starter, context, (files) => prepare(context, files, clock())),
  };
}

async function prepare(context: ExecutionContext, files: StepFiles, now: number): Promise<StepProcess> {
  const { assignment } = context;
  const body = shellBody(context);
  const rendering = renderingOf(assignment, now);
  const own = {
    ...renderStrings(rendering, body.env ?? {}, '/env'),
    ...assignment.env,
  };
  const args = (body.args ?? []).map((arg, index) => renderString(rendering, arg, `/args/${index}`));
  // What the workspace has must be found there; a bare command needs nothing before it runs.
  if (body.workdir !== undefined || body.script !== undefined) await files.makeFolders();
  const cwd =
    body.workdir === undefined
      ? context.workDir
      : await insideFolder(context.workDir, renderString(rendering, body.workdir, '/workdir'), 'workdir');
  const env = stepEnvironment(context, files.paths, own);
  refuseNul([...args, ...Object.values(own)]);
  if (body.cmd !== undefined) return await commandProcess(context, files, rendering, body, body.cmd, args, cwd, env);
  return await fileProcess(context, rendering, body, args, cwd, env);
}

function shellBody(context: ExecutionContext): ShellBody {
  const { body } = context.assignment;
  if (body.type !== 'shell') throw new TypeError(`The shell executor got an action of type ${body.type}.`);
  return body;
}

async function commandProcess(
  context: ExecutionContext,
  files: StepFiles,
  rendering: Rendering,
  body: ShellBody,
  cmd: string,
  args: readonly string[],
  cwd: string,
  env: Record<string, string>,
): Promise<StepProcess> {
  const shell = shellCommandOf(body.shell);
  const program = findProgram(shell.program, cwd, env.PATH);
  const compiled = compileCommand(rendering, cmd, shell.dialect);
  const { prelude, variables } = await spillValues(compiled.variables, context.tempDir, files);
  const script = prelude + compiled.script;
  const step = {
    title: 'The command',
    program,
    cwd,
    env: { ...env, ...variables },
    stdinFile: null,
    outputFormat: null,
  };
  if (Buffer.byteLength(script) <= maxVariableBytes) {
    return {
      ...step,
      args: [...shell.options, ...commandOption(shell.dialect !== null), script, shell.program, ...args],
    };
  }
  // Too long for an argument: the shell reads it from a file.
  const file = join(context.tempDir, 'command');
  await files.write(file, script);
  return { ...step, args: [...shell.options, file, ...args] };
}

/** `--` lets a command begin with a dash. Programs that are no known shell may not take it. */
const commandOption = (known: boolean): readonly string[] => (known ? ['-c', '--'] : ['-c']);

async function fileProcess(
  context: ExecutionContext,
  rendering: Rendering,
  body: ShellBody,
  args: readonly string[],
  cwd: string,
  env: Record<string, string>,
): Promise<StepProcess> {
  const script = renderString(rendering, body.script ?? '', '/script');
  const file = await insideFolder(context.workDir, join(packFolderOf(context.assignment), script), 'script');
  const step = { title: `The script ${script}`, cwd, env, stdinFile: null, outputFormat: null };
  if (body.shell !== undefined) {
    const shell = shellCommandOf(body.shell);
    const program = findProgram(shell.program, cwd, env.PATH);
    return { ...step, program, args: [...shell.options, file, ...args] };
  }
  const executable = await access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
  if (!executable) {
    throw new StepFault({
      code: 'not_executable',
      message: `script: the file ${script} is not executable.`,
      hint: 'Run `chmod +x` on it (and commit the change of its mode), or name what runs it: `shell: sh`.',
      retryable: false,
    });
  }
  return { ...step, program: file, args };
}

function refuseNul(texts: readonly string[]): void {
  if (!texts.some((text) => text.includes('\0'))) return;
  throw new StepFault({
    code: 'invalid_value',
    message: 'A value in args or env holds a NUL character, which no process can take.',
    hint: 'Remove the character, or pass the value as base64.',
    retryable: false,
  });
}
