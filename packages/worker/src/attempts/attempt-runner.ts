import type { AttemptResult } from '@millrace/core';
import { type Executor, type StopReason, stopped } from '@millrace/executors';
import { hideSecretInput, revealSecrets } from '../secrets/reveal-secrets.ts';
import type { WorkerLogger } from '../worker.ts';
import type { OpenAttemptApi } from './attempt-api.ts';
import type { RunningAttempt } from './running-attempt.ts';
import { internalFault, noApiFault, noExecutorFault } from './worker-faults.ts';

/** A process is given this much longer than its grace to be killed before the attempt is reported without it. */
const killMarginMs = 15_000;

/** Stands for a body that no executor of this worker takes. */
export const missingExecutor: Executor = {
  capability: 'function',
  needsFolders: false,
  execute: () => Promise.reject(new Error('never called')),
};

export type AttemptRunnerHost = Readonly<{
  /** Makes the folders that the attempt needs; its end when that is not possible, null when it may be executed. */
  prepare(attempt: RunningAttempt): Promise<AttemptResult | null>;
  /** Lets an attempt call the API; null: nothing does here. */
  openApi: OpenAttemptApi | null;
  /** The values of secrets, by name; asked right before an attempt that needs some is executed. */
  readSecrets(attempt: RunningAttempt, names: readonly string[]): Promise<Readonly<Record<string, string>>>;
  /** Milliseconds since the epoch. */
  clock: () => number;
  /** The attempt has ended, once; its result is masked. */
  ended(attempt: RunningAttempt, result: AttemptResult): void;
  /** What this worker executes, for the message when it lacks something. */
  capabilities: readonly string[];
  logger: WorkerLogger;
}>;

/** Executes attempts and stops them: one that does not end in time after it was asked to is ended without its executor. */
export class AttemptRunner {
  readonly #host: AttemptRunnerHost;

  constructor(host: AttemptRunnerHost) {
    this.#host = host;
  }

  begin(attempt: RunningAttempt): void {
    if (attempt.executor === missingExecutor) {
      this.#end(attempt, noExecutorFault(attempt.assignment, this.#host.capabilities));
      return;
    }
    const { timeoutMs } = attempt.assignment;
    if (timeoutMs !== null) {
      attempt.timeout = setTimeout(() => this.stop(attempt, { kind: 'timed_out' }, false), timeoutMs);
    }
    hideSecretInput(attempt);
    const { secrets, api } = attempt.assignment;
    const prepared = attempt.executor.needsFolders || secrets !== undefined || api === true;
    const ending = prepared ? this.#prepareAndExecute(attempt) : attempt.executor.execute(attempt);
    ending.then(
      (result) => this.#end(attempt, result),
      (cause: unknown) => {
        this.#host.logger.error({ err: cause, attempt: attempt.ref }, 'an executor failed; this is a bug');
        this.#end(attempt, internalFault(attempt.assignment, cause));
      },
    );
  }

  /** Stops an attempt that was begun; when its executor does not end in time, its result stands without it. */
  stop(attempt: RunningAttempt, reason: StopReason, force: boolean): void {
    if (attempt.ended) return;
    const startedAt = performance.now();
    attempt.stop(reason, force);
    const graceMs = force ? 0 : attempt.assignment.limits.graceMs;
    clearTimeout(attempt.giveUp);
    attempt.giveUp = setTimeout(
      () => this.#end(attempt, stopped(attempt.stopReason ?? reason, attempt.assignment, startedAt)),
      graceMs + (attempt.executor.needsFolders ? killMarginMs : 0),
    );
  }

  async #prepareAndExecute(attempt: RunningAttempt): Promise<AttemptResult> {
    const startedAt = performance.now();
    const { readSecrets, clock, prepare } = this.#host;
    const refused =
      this.#openApi(attempt) ??
      (attempt.executor.needsFolders ? await prepare(attempt) : null) ??
      (await revealSecrets(attempt, readSecrets, clock()));
    if (refused !== null) return refused;
    if (attempt.stopReason !== null) return stopped(attempt.stopReason, attempt.assignment, startedAt);
    return await attempt.executor.execute(attempt);
  }

  /** Gives the attempt's end when it asks for the API and there is none. */
  #openApi(attempt: RunningAttempt): AttemptResult | null {
    if (attempt.assignment.api !== true) return null;
    if (this.#host.openApi === null) return noApiFault(attempt.assignment);
    const { secrets, ...api } = this.#host.openApi(attempt.assignment);
    attempt.reveal(secrets);
    attempt.api = api;
    return null;
  }

  #end(attempt: RunningAttempt, result: AttemptResult): void {
    if (attempt.ended) return;
    attempt.ended = true;
    clearTimeout(attempt.timeout);
    clearTimeout(attempt.giveUp);
    this.#host.ended(attempt, attempt.masked(result));
  }
}
