import type {
  Assignment,
  AttemptRef,
  AttemptResult,
  Instant,
  SyncRequest,
  WorkerDescription,
  WorkerProtocol,
} from '@millrace/core';
import { refKey } from '../dispatch/attempt-ref.ts';
import type { ExecutedResult, MockBook } from './mock-book.ts';

type Execution = Readonly<{ assignment: Assignment; endsAt: Instant; result: AttemptResult }>;

export type MockWorkerOptions = Readonly<{
  protocol: Pick<WorkerProtocol, 'sync'>;
  description: WorkerDescription;
  book: MockBook;
  now: () => Instant;
  pathOf: (assignment: Assignment) => Promise<string>;
}>;

/** A worker that executes nothing: it takes every assignment and reports what the mocks say, when they say it. */
export class MockWorker {
  readonly #options: MockWorkerOptions;
  readonly #executions = new Map<string, Execution>();
  readonly #seen = new Set<string>();
  #results: SyncRequest['results'][number][] = [];
  #received = 0;

  constructor(options: MockWorkerOptions) {
    this.#options = options;
  }

  /** When the next execution ends; null: nothing is being executed. */
  nextAt(): Instant | null {
    let next: Instant | null = null;
    for (const { endsAt } of this.#executions.values()) next = Math.min(next ?? endsAt, endsAt);
    return next;
  }

  /** Reports what has ended and takes what there is. False: there was neither. */
  async turn(): Promise<boolean> {
    this.#finishDue();
    const results = this.#results;
    this.#results = [];
    const { protocol, description } = this.#options;
    const { slots } = description;
    const request = { worker: description, results, running: null, received: this.#received, returned: [] };
    const response = await protocol.sync({ ...request, freeSlots: slots, stopping: false, waitMs: 0 });
    const isNews = response.sequence > this.#received;
    this.#received = response.sequence;
    for (const assignment of response.assignments) await this.#take(assignment);
    for (const cancellation of response.cancellations) this.#stop(cancellation);
    return isNews || results.length > 0 || this.#results.length > 0;
  }

  async #take(assignment: Assignment): Promise<void> {
    const key = refKey(assignment);
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    const mocked = this.#options.book.next(await this.#options.pathOf(assignment));
    const now = this.#options.now();
    const { timeoutMs } = assignment;
    const result = mocked === null ? noMock(assignment) : resultOf(mocked);
    const tooLong = timeoutMs !== null && result.durationMs > timeoutMs;
    const endsAt = now + (tooLong ? timeoutMs : result.durationMs);
    this.#executions.set(key, { assignment, endsAt, result: tooLong ? timedOut(assignment, timeoutMs) : result });
  }

  #finishDue(): void {
    const now = this.#options.now();
    for (const { assignment, endsAt, result } of this.#executions.values()) {
      if (endsAt <= now) this.#report(assignment, result);
    }
  }

  #stop(ref: AttemptRef & Readonly<{ lost: boolean }>): void {
    const execution = this.#executions.get(refKey(ref));
    if (execution === undefined) return;
    if (ref.lost) this.#executions.delete(refKey(ref));
    else this.#report(execution.assignment, cancelled(execution.assignment));
  }

  #report(assignment: Assignment, result: AttemptResult): void {
    const { run, step, item, iteration, attempt } = assignment;
    this.#executions.delete(refKey(assignment));
    this.#results.push({ run, step, item, iteration, attempt, result });
  }
}

function resultOf(mocked: ExecutedResult): AttemptResult {
  const { durationMs } = mocked;
  switch (mocked.kind) {
    case 'output':
      return { status: 'succeeded', output: mocked.output, durationMs };
    case 'error':
      return { status: 'failed', error: mocked.error, durationMs };
    case 'lost':
      return {
        status: 'failed',
        error: { code: 'worker_stopped', message: 'The mocked worker was lost.' },
        durationMs,
      };
  }
}

// These are the words of real workers, so that conditions and expectations see what they would see there.

const timedOut = ({ stepName }: Assignment, timeoutMs: number): AttemptResult => ({
  status: 'timed_out',
  error: {
    code: 'timeout',
    message: `Step ${stepName} was stopped after its time limit of ${timeoutMs} ms.`,
    details: { timeout_ms: timeoutMs },
  },
  durationMs: timeoutMs,
});

const cancelled = ({ stepName }: Assignment): AttemptResult => ({
  status: 'cancelled',
  error: { code: 'cancelled', message: `Step ${stepName} was cancelled while it ran.` },
  durationMs: 0,
});

const noMock = ({ stepName, body }: Assignment): AttemptResult => ({
  status: 'failed',
  error: {
    code: 'no_mock',
    message: `Step ${stepName} (${body.type}) has no mock.`,
    hint: 'A rehearsal executes nothing for real: give the step a mocked result.',
    retryable: false,
  },
  durationMs: 0,
});
