import {
  type ActionBody,
  type Assignment,
  type AttemptRef,
  type AttemptResult,
  type EndedRuns,
  type LocalEntry,
  type LocalRunAssignment,
  type LogChunk,
  MillraceError,
  type RunId,
  runId,
  type SecretsRequest,
  type SyncRequest,
  type SyncResponse,
  type WorkerProtocol,
} from '@millrace/core';

export const keyOf = (ref: AttemptRef): string => `${ref.run}/${ref.step}/${ref.item}/${ref.iteration}/${ref.attempt}`;

/** The attempt of a run that tests use; one attempt per run. */
export function assignmentOf(run: number, body: ActionBody, more: Partial<Assignment> = {}): Assignment {
  return {
    run: runId(String(run)),
    step: 0,
    item: -1,
    iteration: 0,
    attempt: 1,
    workspace: 'main',
    revision: 'r1',
    workflow: 'flow',
    stepName: 'build',
    actionName: 'build',
    body,
    env: {},
    input: {},
    names: {},
    timeoutMs: null,
    places: {},
    limits: { outputBytes: 1024 * 1024, logBytes: 10 * 1024 * 1024, graceMs: 300 },
    ...more,
  };
}

/**
 * A server in memory that follows the protocol: it hands out what was queued until a worker acknowledges it, takes each
 * result once, and stores logs by offset. `faults` makes it misbehave.
 */
export class FakeServer implements WorkerProtocol {
  /** Values of secrets; those of other names are missing. */
  secrets: Readonly<Record<string, string>> = {};
  readonly secretsAsked: SecretsRequest[] = [];
  readonly results = new Map<string, AttemptResult>();
  /** Entries of local runs, each once. */
  readonly records = new Map<string, LocalEntry[]>();
  readonly logs = new Map<string, Buffer>();
  readonly requests: SyncRequest[] = [];
  returned: AttemptRef[] = [];
  /** Results that came more than once, after the first was taken. */
  repeated = 0;
  leaseMs = 60_000;
  files: (() => AsyncIterable<Uint8Array>) | null = null;
  filesOpened = 0;
  faults: {
    /** Called before a request is handled: may throw. */
    before?: (request: SyncRequest) => void;
    /** Called after it is handled: may throw, then the answer is lost. */
    after?: (request: SyncRequest) => void;
    /** Every answer names all assignments that were ever handed out, and confirms nothing the first time. */
    noisy?: boolean;
    logs?: (chunks: readonly LogChunk[]) => void;
  } = {};
  #sequence = 0;
  #queued: Assignment[] = [];
  #queuedRuns: LocalRunAssignment[] = [];
  #unacknowledged: { sequence: number; assignments: Assignment[]; cancellations: SyncResponse['cancellations'] }[] = [];
  #handed: Assignment[] = [];
  #cancellations: SyncResponse['cancellations'][number][] = [];
  #wake: (() => void) | null = null;
  #watchers: (() => void)[] = [];

  async readSecrets(request: SecretsRequest): Promise<Readonly<Record<string, string>>> {
    this.secretsAsked.push(request);
    return Object.fromEntries(
      request.names.map((name) => {
        const value = this.secrets[name];
        if (value !== undefined) return [name, value];
        throw new MillraceError('secret_missing', `There is no secret ${name}.`, { hint: 'Set it.' });
      }),
    );
  }

  assign(...assignments: readonly Assignment[]): void {
    this.#queued.push(...assignments);
    this.#wake?.();
  }

  assignRun(run: LocalRunAssignment): void {
    this.#queuedRuns.push(run);
    this.#wake?.();
  }

  cancel(ref: AttemptRef, how: { lost?: boolean; force?: boolean } = {}): void {
    const { run, step, item, iteration, attempt } = ref;
    this.#cancellations.push({
      run,
      step,
      item,
      iteration,
      attempt,
      lost: how.lost ?? false,
      force: how.force ?? false,
    });
    this.#wake?.();
  }

  /** Resolves when `condition` holds after some call; fails after a deadline. */
  until(condition: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const deadline = setTimeout(() => reject(new Error('The condition did not come true in 20 seconds.')), 20_000);
      const look = (): void => {
        if (!condition()) return;
        clearTimeout(deadline);
        this.#watchers = this.#watchers.filter((each) => each !== look);
        resolve();
      };
      this.#watchers.push(look);
      look();
    });
  }

  async resultOf(assignment: Assignment): Promise<AttemptResult> {
    await this.until(() => this.results.has(keyOf(assignment)));
    return this.results.get(keyOf(assignment)) as AttemptResult;
  }

  /** The texts of an attempt's log, without times: `stdout F text`. */
  logOf(assignment: Assignment): string[] {
    const text = this.logs.get(keyOf(assignment))?.toString() ?? '';
    return text
      .split('\n')
      .slice(0, -1)
      .map((line) => line.slice(line.indexOf(' ') + 1));
  }

  notify(): void {
    for (const look of [...this.#watchers]) look();
  }

  async sync(request: SyncRequest, signal?: AbortSignal): Promise<SyncResponse> {
    if (request.results.length + (request.reports?.length ?? 0) === 0) this.#wake?.();
    this.requests.push(request);
    this.faults.before?.(request);
    const confirmed: AttemptRef[] = [];
    for (const { result, ...ref } of request.results) {
      const key = keyOf(ref);
      if (this.results.has(key)) this.repeated++;
      else if (this.faults.noisy === true && !this.#seenOnce.has(key)) {
        this.#seenOnce.add(key);
        continue;
      } else this.results.set(key, result);
      confirmed.push(ref);
    }
    const recorded = (request.reports ?? []).map(({ from, entries, ...ref }) => {
      const known = this.records.get(keyOf(ref)) ?? [];
      if (from > known.length)
        throw new MillraceError('invalid_request', `A gap in a record: ${known.length} to ${from}.`);
      known.push(...entries.slice(known.length - from));
      this.records.set(keyOf(ref), known);
      return { ...ref, applied: known.length };
    });
    this.returned.push(...request.returned);
    this.#unacknowledged = this.#unacknowledged.filter(({ sequence }) => sequence > request.received);
    this.notify();
    if (confirmed.length + recorded.length === 0 && !this.#hasNews()) await this.#wait(request.waitMs, signal);
    this.faults.after?.(request);
    const answer = this.#answer(request, confirmed);
    return recorded.length === 0 ? answer : { ...answer, recorded };
  }

  readonly #seenOnce = new Set<string>();

  #hasNews(): boolean {
    return (
      this.#queued.length + this.#queuedRuns.length > 0 ||
      this.#cancellations.length > 0 ||
      this.#unacknowledged.length > 0
    );
  }

  #wait(ms: number, signal: AbortSignal | undefined): Promise<void> {
    if (ms === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      const end = (): void => {
        clearTimeout(timer);
        this.#wake = null;
        resolve();
      };
      this.#wake = end;
      signal?.addEventListener('abort', end, { once: true });
    });
  }

  #answer(request: SyncRequest, confirmed: AttemptRef[]): SyncResponse {
    const sequence = ++this.#sequence;
    const assignments = request.stopping ? [] : this.#queued.splice(0);
    const localRuns = request.stopping ? [] : this.#queuedRuns.splice(0);
    const cancellations = this.#cancellations.splice(0);
    this.#handed.push(...assignments);
    if (assignments.length + cancellations.length > 0)
      this.#unacknowledged.push({ sequence, assignments, cancellations });
    return {
      sequence,
      ...(localRuns.length === 0 ? {} : { localRuns }),
      assignments:
        this.faults.noisy === true ? [...this.#handed] : this.#unacknowledged.flatMap((each) => each.assignments),
      cancellations: this.#unacknowledged.flatMap((each) => each.cancellations),
      confirmed,
      leaseMs: this.leaseMs,
    };
  }

  async appendLogs(chunks: readonly LogChunk[]): Promise<void> {
    this.faults.logs?.(chunks);
    for (const { offset, data, ...ref } of chunks) {
      const known = this.logs.get(keyOf(ref)) ?? Buffer.alloc(0);
      if (offset > known.length)
        throw new MillraceError('invalid_request', `A gap in the log: ${known.length} to ${offset}.`);
      this.logs.set(keyOf(ref), Buffer.concat([known.subarray(0, offset), data]));
    }
    this.notify();
  }

  /** What it answers about runs. */
  endedRunsNow: string[] = [];
  unknownRunsNow: string[] = [];

  async endedRuns(runs: readonly RunId[]): Promise<EndedRuns> {
    this.notify();
    return {
      ended: runs.filter((run) => this.endedRunsNow.includes(run)),
      unknown: runs.filter((run) => this.unknownRunsNow.includes(run)),
    };
  }

  async openFiles(): Promise<AsyncIterable<Uint8Array> | null> {
    this.filesOpened++;
    return this.files?.() ?? null;
  }
}
