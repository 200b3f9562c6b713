import type { AttemptResult } from '@millrace/core';
import { failed, StepFault, stopped, succeeded } from '../attempt-results.ts';
import { type ExecutionContext, stopReasonOf } from '../executor.ts';
import { type OutputFormat, readOutput } from '../output/read-output.ts';
import { StdoutCapture } from '../output/stdout-capture.ts';
import { type ProcessEnd, runProcess } from './run-process.ts';
import type { ProcessStarter } from './starting/process-starter.ts';
import { outputMarker } from './step-environment.ts';
import { StepFiles } from './step-files.ts';

/** A process to run for a step, as the shell and script executors prepare it. */
export type StepProcess = Readonly<{
  /** What the fault calls it: `The command`, `The script ci/build.sh`. */
  title: string;
  program: string;
  args: readonly string[];
  cwd: string;
  env: Readonly<Record<string, string>>;
  stdinFile: string | null;
  outputFormat: OutputFormat | null;
  /** A better way to start this one; absent: the usual one. */
  starter?: ProcessStarter;
}>;

/**
 * Folders are passed on only after processes that took less: to others they cost next to nothing, and who lets something
 * outside of its own processes use its folders (a container that goes on) takes longer.
 */
const lightMs = 500;

/**
 * The common frame of shell and script steps: sees to the files through which the step talks, lets `prepare` say what to
 * run, runs it, and reads its output. Every StepFault becomes a failed result.
 */
export async function runStepProcess(
  starter: ProcessStarter,
  context: ExecutionContext,
  prepare: (files: StepFiles) => Promise<StepProcess>,
): Promise<AttemptResult> {
  const startedAt = performance.now();
  const { assignment } = context;
  try {
    const files = new StepFiles(context);
    await files.write(files.paths.input, JSON.stringify(assignment.input));
    const step = await prepare(files);
    const capture = new StdoutCapture(assignment.limits.outputBytes, step.outputFormat !== null);
    const end = await runProcess(step.starter ?? starter, {
      program: step.program,
      args: step.args,
      cwd: step.cwd,
      env: step.env,
      stdinFile: step.stdinFile,
      ...files.missing,
      // A step that prints nothing has no log.
      log: { write: (stream, bytes) => context.log.write(stream, bytes) },
      signal: context.signal,
      killed: context.killed,
      graceMs: assignment.limits.graceMs,
      marker: outputMarker(context.tempDir),
      onStdout: (bytes) => capture.write(bytes),
    });
    const clean = end.foldersClean && files.areAllMissing;
    if (clean && performance.now() - startedAt < lightMs) context.foldersLeftClean();
    if (end.stopped !== null) return stopped(end.stopped, assignment, startedAt);
    if (end.exitCode !== 0) return failed(exitFault(step.title, end), startedAt);
    const outputFile = clean ? null : files.paths.output;
    const output = await readOutput(outputFile, capture.end(), step.outputFormat, assignment.limits);
    return succeeded(output, startedAt);
  } catch (cause) {
    if (!(cause instanceof StepFault)) throw cause;
    if (context.signal.aborted) return stopped(stopReasonOf(context.signal), assignment, startedAt);
    return failed(cause.fault, startedAt);
  }
}

function exitFault(title: string, end: ProcessEnd) {
  const how = end.exitCode === null ? `was killed by ${end.exitSignal}` : `ended with exit code ${end.exitCode}`;
  const last = end.lastErrorLine === '' ? '' : `: ${end.lastErrorLine}`;
  return {
    code: 'exit_code',
    message: `${title} ${how}${last}`,
    ...(end.exitSignal === 'SIGKILL' ? { hint: 'The system kills processes that use too much memory.' } : {}),
    details: { exit_code: end.exitCode, signal: end.exitSignal },
  };
}
