// The worker's side of `start-helper.pl`: a small process that forks and executes in the worker's place.
//
// Requests go to its standard input, each as its length, a line end and texts that are separated by NUL (no argument can
// hold one): job, pipes, folder, standard input, program, number of arguments, arguments, environment. Reports are lines:
//
//   hello PID             it is there
//   pipes N               the named pipes N.out and N.err wait to be used, once
//   started JOB PID       written by the new process right before it executes the program: PID is its group now
//   failed JOB ERRNO      the program could not be executed; an `ended` may follow, which means nothing
//   ended JOB CODE SIGNAL
//   pong
//
// The output of a process reaches the worker by its pair of named pipes, which no other process ever gets. The worker
// opens them for reading before it asks; the helper opens them for writing before it forks; so neither waits, and the
// worker begins to read at `started`, when there is somebody to write.
//
// Whether a process begins is decided once: by who removes the name N.out. The new process does it before it executes its
// program. The worker does it when a helper hangs or is gone, and may then start the process in another way. If it comes
// too late, the process has begun and nobody will tell its end: it is lost, and its attempt fails.
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, constants, openSync, rmSync, unlinkSync } from 'node:fs';
import { Socket } from 'node:net';
import { constants as osConstants } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { getSystemErrorName } from 'node:util';
import { LostProcess, type ProcessExit, type ProcessToStart, type StartedProcess } from './process-starter.ts';

const program = fileURLToPath(new URL('start-helper.pl', import.meta.url));
/** How long it may take to be there. */
const readyMs = 10_000;
/** How long a helper may take to begin a process before it counts as hung. */
const defaultStartMs = 5_000;
/** How often a helper with running processes is asked for a sign of life, and how many times in vain. */
const pingMs = 10_000;
const pingsInVain = 3;
/** How long it may take to end. */
const endMs = 2_000;

const signalNames = new Map(Object.entries(osConstants.signals).map(([name, number]) => [number, name]));

/** The process was not begun and never will be by this helper: it may be started in another way. */
export class NotBegun extends Error {}

type Job = {
  readonly process: ProcessToStart;
  readonly started: (process: StartedProcess) => void;
  readonly refused: (cause: unknown) => void;
  pipes: Readonly<{ number: number; out: number; err: number }> | null;
  timer: NodeJS.Timeout | undefined;
  /** There once it has begun. */
  running: Readonly<{ ended: (exit: ProcessExit) => void; lost: (cause: unknown) => void }> | null;
};

export type StartHelperOptions = Readonly<{
  perl: string;
  /** An empty folder of its own; it is removed at the end. */
  folder: string;
  /** It can be used from now on. */
  ready: () => void;
  /** It is not to be used any more; `why` is null when `end` was called. Called once. */
  over: (why: string | null) => void;
  /** How long it may take to begin a process before it counts as hung. Default: 5 seconds. */
  startMs?: number;
}>;

export class StartHelper {
  readonly #options: StartHelperOptions;
  readonly #child: ChildProcess;
  readonly #jobs = new Map<number, Job>();
  /** Jobs that wait for named pipes. */
  #waiting: number[] = [];
  #pipes: number[] = [];
  #lastJob = 0;
  #text = '';
  #over = false;
  #pings = 0;
  #pinging: NodeJS.Timeout | undefined;
  readonly #readying: NodeJS.Timeout;
  #tellGone: () => void = () => {};
  readonly #gone = new Promise<void>((resolve) => {
    this.#tellGone = resolve;
  });

  constructor(options: StartHelperOptions) {
    this.#options = options;
    // A session of its own: an interrupt from the terminal is for the worker, which stops its steps itself.
    this.#child = spawn(options.perl, [program, options.folder], {
      cwd: '/',
      env: { LC_ALL: 'C' },
      detached: true,
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    this.#child.stdin?.on('error', () => {});
    this.#child.stdout?.setEncoding('latin1').on('data', (text: string) => this.#receive(text));
    this.#child.once('error', (cause) => this.#ended(`it could not be started: ${cause.message}`));
    this.#child.once('close', (code, signal) => this.#ended(`it ended (${signal ?? `exit code ${code}`})`));
    this.#readying = setTimeout(() => this.#child.kill('SIGKILL'), readyMs).unref();
    this.#hold(false);
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Rejects with `NotBegun`, a system error or a `LostProcess`. */
  start(process: ProcessToStart): Promise<StartedProcess> {
    return new Promise((started, refused) => {
      const id = ++this.#lastJob;
      if (this.#jobs.size === 0) this.#hold(true);
      const timer = setTimeout(() => this.#late(id), this.#options.startMs ?? defaultStartMs);
      this.#jobs.set(id, { process, started, refused, pipes: null, timer, running: null });
      if (this.#over) this.#abandon(id);
      else if (this.#pipes.length > 0) this.#send(id);
      else this.#waiting.push(id);
    });
  }

  /** Resolves when it is gone, together with what still runs. */
  end(): Promise<void> {
    this.#retire(null);
    for (const each of this.#handles()) each?.ref?.();
    this.#child.stdin?.end();
    const kill = setTimeout(() => this.#child.kill('SIGKILL'), endMs);
    return this.#gone.finally(() => clearTimeout(kill));
  }

  #send(id: number): void {
    const job = this.#jobs.get(id);
    const number = this.#pipes.shift();
    if (job === undefined || number === undefined) return;
    const flags = constants.O_RDONLY | constants.O_NONBLOCK;
    const { folder } = this.#options;
    try {
      const out = openSync(join(folder, `${number}.out`), flags);
      job.pipes = { number, out, err: openSync(join(folder, `${number}.err`), flags) };
    } catch {
      this.#retire('its named pipes cannot be opened');
      this.#abandon(id);
      return;
    }
    this.#child.stdin?.write(requestOf(id, number, job.process));
  }

  #receive(text: string): void {
    this.#pings = 0;
    const lines = (this.#text + text).split('\n');
    this.#text = lines.pop() ?? '';
    for (const line of lines) {
      const [what, ...numbers] = line.split(' ');
      const [first = 0, second = 0, third = 0] = numbers.map(Number);
      if (what === 'started') this.#started(first, second);
      else if (what === 'ended') this.#processEnded(first, second, third);
      else if (what === 'failed') this.#failed(first, second);
      else if (what === 'pipes') this.#pipesMade(first);
      else if (what === 'hello') this.#hello();
      else if (what === 'trouble') this.#retire(line.slice('trouble '.length));
    }
  }

  #hello(): void {
    clearTimeout(this.#readying);
    this.#options.ready();
  }

  #pipesMade(number: number): void {
    this.#pipes.push(number);
    const next = this.#waiting.shift();
    if (next !== undefined) this.#send(next);
  }

  #started(id: number, pid: number): void {
    const job = this.#jobs.get(id);
    if (job?.pipes == null) return;
    clearTimeout(job.timer);
    const { out, err } = job.pipes;
    job.pipes = null;
    const exited = new Promise<ProcessExit>((ended, lost) => {
      job.running = { ended, lost };
    });
    const reading = { readable: true, writable: false };
    job.started({
      pid,
      stdout: new Socket({ fd: out, ...reading }),
      stderr: new Socket({ fd: err, ...reading }),
      exited,
    });
  }

  #processEnded(id: number, code: number, signal: number): void {
    const job = this.#jobs.get(id);
    if (job === undefined) return;
    if (job.running === null) job.refused(new LostProcess());
    else if (signal === 0) job.running.ended({ exitCode: code, exitSignal: null });
    else job.running.ended({ exitCode: null, exitSignal: signalNames.get(signal) ?? `signal ${signal}` });
    this.#forget(id);
  }

  #failed(id: number, errno: number): void {
    const job = this.#jobs.get(id);
    if (job === undefined) return;
    const code = getSystemErrorName(-errno);
    const cause = Object.assign(new Error(`spawn ${job.process.program} ${code}`), { code });
    (job.running?.lost ?? job.refused)(cause);
    this.#forget(id);
  }

  /** A job that was not begun in time: the helper hangs. It gets no more; what it has begun may still end well. */
  #late(id: number): void {
    this.#retire('it did not start a process in time');
    this.#abandon(id);
  }

  /** Takes a job back that was not begun; one that was begun is left to what the helper still reports. */
  #abandon(id: number): void {
    const job = this.#jobs.get(id);
    if (job === undefined || job.running !== null || !this.#takeBack(job)) return;
    job.refused(new NotBegun());
    this.#forget(id);
  }

  /** Whether the process of a job can never begin from now on. */
  #takeBack({ pipes }: Job): boolean {
    if (pipes === null) return true;
    try {
      unlinkSync(join(this.#options.folder, `${pipes.number}.out`));
      return true;
    } catch {
      return false;
    }
  }

  #forget(id: number): void {
    const job = this.#jobs.get(id);
    if (job === undefined) return;
    this.#jobs.delete(id);
    clearTimeout(job.timer);
    if (job.pipes !== null) for (const fd of [job.pipes.out, job.pipes.err]) closeSync(fd);
    if (this.#jobs.size > 0) return;
    this.#hold(false);
    // One that hung had to be kept only for what it had begun.
    if (this.#over) this.#child.kill('SIGKILL');
  }

  /** This process stays alive for the helper only while something runs. */
  #hold(running: boolean): void {
    clearInterval(this.#pinging);
    if (running) this.#pinging = setInterval(() => this.#ping(), pingMs).unref();
    for (const each of this.#handles()) running ? each?.ref?.() : each?.unref?.();
  }

  #handles(): readonly ({ ref?(): void; unref?(): void } | null)[] {
    return [this.#child, this.#child.stdin as Socket | null, this.#child.stdout as Socket | null];
  }

  #ping(): void {
    this.#pings += 1;
    if (this.#pings > pingsInVain) {
      this.#retire('it gives no sign of life');
      this.#child.kill('SIGKILL');
    } else this.#child.stdin?.write('4\nping');
  }

  #retire(why: string | null): void {
    if (this.#over) return;
    this.#over = true;
    for (const id of this.#waiting) this.#abandon(id);
    this.#waiting = [];
    this.#options.over(why);
  }

  #ended(why: string): void {
    clearTimeout(this.#readying);
    this.#retire(why);
    for (const [id, job] of [...this.#jobs]) {
      this.#abandon(id);
      if (!this.#jobs.has(id)) continue;
      (job.running?.lost ?? job.refused)(new LostProcess());
      this.#forget(id);
    }
    rmSync(this.#options.folder, { recursive: true, force: true });
    this.#tellGone();
  }
}

function requestOf(id: number, pipes: number, { program, args, cwd, env, stdinFile }: ProcessToStart): Buffer {
  const environment = Object.keys(env).map((name) => `${name}=${env[name]}`);
  const texts = [id, pipes, cwd, stdinFile ?? '', program, args.length, ...args, ...environment];
  const request = texts.join('\0');
  return Buffer.from(`${Buffer.byteLength(request)}\n${request}`);
}
