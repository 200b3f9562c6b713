import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { JsonObject, ScriptBody } from '@millrace/core';
import { StepFault } from '../attempt-results.ts';
import type { ExecutionContext, Executor } from '../executor.ts';
import { insideFolder } from '../processes/inside-folder.ts';
import { packFolderOf } from '../processes/pack-folder.ts';
import { runStepProcess, type StepProcess } from '../processes/run-step-process.ts';
import type { ProcessStarter } from '../processes/starting/process-starter.ts';
import { startDirectly } from '../processes/starting/start-directly.ts';
import { stepEnvironment } from '../processes/step-environment.ts';
import type { StepFiles } from '../processes/step-files.ts';
import { maxVariableBytes } from '../shell/spill-values.ts';
import { renderingOf, renderString, renderStrings } from '../templates/render-text.ts';
import { findInterpreter } from './find-interpreter.ts';
import { runtimeNamed } from './runtimes.ts';
import { WarmRuntimes } from './warm/warm-runtimes.ts';

export type ScriptExecutorOptions = Readonly<{
  /** Milliseconds since the epoch, for `now()` in templates. */
  clock?: () => number;
  /** How processes are started; it ends with the executor. Default: directly. */
  starter?: ProcessStarter;
}>;

/**
 * Executes `script` actions without an image on this machine: `code` or an `entrypoint` file in the runtimes shell, node
 * and python. The code is never a template: values reach it as data (standard input, file or environment).
 */
export function createScriptExecutor(options: ScriptExecutorOptions = {}): Executor {
  const { clock = Date.now, starter = startDirectly } = options;
  const warm = new WarmRuntimes({ starter });
  return {
    capability: 'script',
    needsFolders: true,
    async end() {
      await Promise.all([warm.end(), starter.end()]);
    },
    async execute(context) {
      let made: string | null = null;
      const keep = (file: string): void => {
        made = file;
      };
      try {
        return await runStepProcess(starter, context, (files) => prepare(context, files, clock(), keep, warm));
      } finally {
        if (made !== null) await rm(made, { force: true });
      }
    },
  };
}

/** `made` is told of a file that is to be removed afterwards. */
async function prepare(
  context: ExecutionContext,
  files: StepFiles,
  now: number,
  made: (file: string) => void,
  warm: WarmRuntimes,
): Promise<StepProcess> {
  const { assignment } = context;
  const body = scriptBody(context);
  const runtime = runtimeNamed(body.runtime);
  refuseDependencies(body);
  const rendering = renderingOf(assignment, now);
  const own = {
    ...runtime.env,
    ...renderStrings(rendering, body.env ?? {}, '/env'),
    ...assignment.env,
    ...(body.input_via === 'env' ? inputVariables(assignment.input) : {}),
  };
  const args = (body.args ?? []).map((arg, index) => renderString(rendering, arg, `/args/${index}`));
  refuseNul([...args, ...Object.values(own)]);
  // What the workspace has must be found there; inline code needs nothing before it runs.
  if (body.workdir !== undefined || body.entrypoint !== undefined) await files.makeFolders();
  const cwd =
    body.workdir === undefined
      ? context.workDir
      : await insideFolder(context.workDir, renderString(rendering, body.workdir, '/workdir'), 'workdir');
  const env = stepEnvironment(context, files.paths, own);
  const program = await findInterpreter(runtime, body.runtime.toLowerCase(), body.runtime_version ?? null, cwd, env);
  const file = await codeFile(context, files, body, cwd, runtime.extension);
  if (body.code !== undefined) made(file);
  const better = warm.starterFor({ runtime, program, base: context.environment, env });
  return {
    title: body.entrypoint === undefined ? `The ${runtime.name} script` : `The script ${body.entrypoint}`,
    program,
    args: [...runtime.options, file, ...args],
    cwd,
    env,
    stdinFile: body.input_via === 'stdin' ? files.paths.input : null,
    outputFormat: body.output_format,
    ...(better === undefined ? {} : { starter: better }),
  };
}

function scriptBody(context: ExecutionContext): ScriptBody {
  const { body } = context.assignment;
  if (body.type !== 'script') throw new TypeError(`The script executor got an action of type ${body.type}.`);
  return body;
}

/** Inline code is put into the current directory, so that its imports resolve as for a file there. */
async function codeFile(
  context: ExecutionContext,
  files: StepFiles,
  body: ScriptBody,
  cwd: string,
  extension: string,
): Promise<string> {
  if (body.code === undefined) {
    const path = join(packFolderOf(context.assignment), body.entrypoint ?? '');
    return await insideFolder(context.workDir, path, 'entrypoint');
  }
  const { step, item, iteration, attempt } = context.assignment;
  // The current directory of a local run is that of other steps, too.
  const file = join(cwd, `.millrace-code-${step}.${item}.${iteration}.${attempt}${extension}`);
  await files.write(file, body.code);
  return file;
}

/** `INPUT_<NAME>` for each field: texts as they are, other values as JSON. */
function inputVariables(input: JsonObject): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const [field, value] of Object.entries(input)) {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    if (Buffer.byteLength(text) > maxVariableBytes) {
      throw new StepFault({
        code: 'input_too_large',
        message: `input.${field} has ${Buffer.byteLength(text)} bytes; an environment variable may have ${maxVariableBytes}.`,
        hint: 'Use `input_via: stdin` or `input_via: file`, which have no such limit.',
        retryable: false,
      });
    }
    variables[`INPUT_${field.toUpperCase().replace(/[^A-Z0-9]/g, '_')}`] = text;
  }
  return variables;
}

function refuseDependencies(body: ScriptBody): void {
  if (body.dependencies === undefined || body.dependencies.length === 0) return;
  throw new StepFault({
    code: 'not_supported',
    message: 'dependencies: this version cannot install packages for a script that runs on the worker.',
    hint: 'Install them on the machine of the worker, or use an image that has them.',
    retryable: false,
  });
}

function refuseNul(texts: readonly string[]): void {
  if (!texts.some((text) => text.includes('\0'))) return;
  throw new StepFault({
    code: 'invalid_value',
    message: 'A value in args, env or the input variables holds a NUL character, which no process can take.',
    hint: 'Use `input_via: stdin`, or pass the value as base64.',
    retryable: false,
  });
}
