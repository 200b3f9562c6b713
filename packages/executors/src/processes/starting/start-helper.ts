// The worker's side of `start-helper.py` and `start-helper.pl`: a small process that forks and executes in the worker's place, and reads what its
// processes write.
//
// Requests go to its standard input as lines; those of one turn of the event loop go in one piece:
//
//   start JOB BYTES       so many bytes follow: texts that are separated by NUL (no argument can hold one), which are CWD STDIN
//                         PROGRAM SPARE-FOLDER COUNT NEW-FOLDERS… COUNT NEW-FILES… COUNT ARGUMENTS… ENVIRONMENT…
//   more JOB BYTES        so many bytes of output are received
//   close JOB             its output is not wanted any more
//   ping
//
// Reports are lines:
//
//   hello PID             it is there
//   started JOB PID       forked: PID is its group
//   failed JOB ERRNO WHAT the program could not be executed, or (`preparation`) its folders and files not be made
//   out JOB BYTES         so many bytes of its standard output follow; `err`: of its standard error
//   clean JOB             it left its new folders as they were, and nothing of it runs; told before the last of the next two
//   closed JOB            nobody holds its output any more
//   ended JOB CODE SIGNAL
//   pong
//
// What nobody waits for is kept for a moment, so a light process is told in one piece: started, output, closed, ended. Output
// that is not received yet is limited for each process; then the helper stops reading it. When a process has ended and its
// output is over, the helper kills what is left of its group.
//
// Whether a process begins is decided once: by who makes the first of the process's new folders, or moves the spare one there. The fork does it before it
// executes its program. The worker does it when a helper hangs or is gone, and may then start the process in another way. If it comes
// too late, the process has begun and nobody will tell its end: it is lost, and its attempt fails.
import { type ChildProcess, spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { constants as osConstants } from 'node:os';
import { fileURLToPath } from 'node:url';
import { getSystemErrorName } from 'node:util';
import { HelpedProcess, NotBegun } from './helped-process.ts';
import { NotPrepared, type ProcessToStart, type ReceiveOutput, type StartedProcess } from './process-starter.ts';
import { readHelperReports } from './start-reports.ts';

const perlProgram = fileURLToPath(new URL('start-helper.pl', import.meta.url));
const pythonProgram = fileURLToPath(new URL('start-helper.py', import.meta.url));

/** How a helper is run. */
export type HelperProgram = Pick<StartHelperOptions, 'command' | 'env'>;

export const perlHelper = (perl: string): HelperProgram => ({ command: [perl, perlProgram], env: { LC_ALL: 'C' } });

/** Takes less than the one in perl. Nothing but Python's own modules is looked for. */
export const pythonHelper = (python: string): HelperProgram => ({
  command: [python, '-I', '-S', '-B', pythonProgram],
  env: { LC_ALL: 'C' },
});

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

export type StartHelperOptions = Readonly<{
  /** The program, with its arguments, that speaks this protocol. */
  command: readonly [string, ...string[]];
  /** All of its environment. */
  env: Readonly<Record<string, string>>;
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
  readonly #jobs = new Map<number, HelpedProcess>();
  #requests = '';
  #lastJob = 0;
  #begun = 0;
  #over = false;
  #pings = 0;
  #pinging: NodeJS.Timeout | undefined;
  readonly #readying: NodeJS.Timeout;
  readonly #gone = Promise.withResolvers<void>();

  constructor(options: StartHelperOptions) {
    this.#options = options;
    // A session of its own: an interrupt from the terminal is for the worker, which stops its steps itself.
    const [program, ...args] = options.command;
    this.#child = spawn(program, args, {
      cwd: '/',
      env: { ...options.env },
      detached: true,
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    const read = readHelperReports({
      line: (words) => this.#told(words),
      output: (job, stream, bytes) => this.#jobs.get(job)?.output(stream, bytes),
    });
    this.#child.stdin?.on('error', () => {});
    this.#child.stdout?.on('data', (bytes: Buffer) => {
      this.#pings = 0;
      read(bytes);
    });
    this.#child.once('error', (cause) => this.#ended(`it could not be started: ${cause.message}`));
    this.#child.once('close', (code, signal) => this.#ended(`it ended (${signal ?? `exit code ${code}`})`));
    this.#readying = setTimeout(() => this.#child.kill('SIGKILL'), readyMs).unref();
    this.#hold(false);
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** How many processes it has begun. */
  get begun(): number {
    return this.#begun;
  }

  /** Rejects with `NotBegun`, a system error or a `LostProcess`. */
  start(process: ProcessToStart, receive: ReceiveOutput): Promise<StartedProcess> {
    if (this.#over) return Promise.reject(new NotBegun());
    const id = ++this.#lastJob;
    const job = new HelpedProcess(process, receive, {
      more: (bytes) => this.#request(`more ${id} ${bytes}\n`),
      close: () => this.#request(`close ${id}\n`),
      over: () => this.#forget(id),
    });
    if (this.#jobs.size === 0) this.#hold(true);
    this.#jobs.set(id, job);
    job.expectWithin(this.#options.startMs ?? defaultStartMs, () => this.#late(id));
    const texts = textsOf(process).join('\0');
    this.#request(`start ${id} ${Buffer.byteLength(texts)}\n${texts}`);
    return job.started;
  }

  /** Whether something of it runs. */
  get busy(): boolean {
    return this.#jobs.size > 0;
  }

  /** It begins nothing more, and ends when nothing of it runs any more. */
  retire(): void {
    this.#retire(null);
    if (!this.busy) this.#child.kill('SIGKILL');
  }

  /** Resolves when it is gone, together with what still runs. */
  end(): Promise<void> {
    this.#retire(null);
    for (const each of this.#handles()) each?.ref?.();
    this.#child.stdin?.end();
    const kill = setTimeout(() => this.#child.kill('SIGKILL'), endMs);
    return this.#gone.promise.finally(() => clearTimeout(kill));
  }

  #request(request: string): void {
    if (this.#requests === '') process.nextTick(() => this.#send());
    this.#requests += request;
  }

  #send(): void {
    const requests = this.#requests;
    this.#requests = '';
    this.#child.stdin?.write(requests);
  }

  #told([what, ...words]: readonly string[]): void {
    const [id = 0, second = 0, third = 0] = words.map(Number);
    const job = this.#jobs.get(id);
    if (what === 'hello') {
      clearTimeout(this.#readying);
      this.#options.ready();
    } else if (job === undefined) {
      // It was taken back, or it is an answer to a ping.
    } else if (what === 'started') {
      this.#begun += 1;
      job.begun(second);
    } else if (what === 'closed') job.closed();
    else if (what === 'clean') job.clean();
    else if (what === 'ended') job.ended(exitOf(second, third));
    else if (what === 'failed') this.#failed(job, second, words[2] === 'preparation');
  }

  #failed(job: HelpedProcess, errno: number, preparing: boolean): void {
    const code = getSystemErrorName(-errno);
    const cause = Object.assign(new Error(`${preparing ? 'prepare' : 'spawn'} ${job.process.program} ${code}`), {
      code,
    });
    job.failed(preparing ? new NotPrepared(cause.message, { cause }) : cause);
    // Of one that could not even be forked nothing more is told.
    if (job.pid === undefined) job.closed();
  }

  /** A job that was not begun in time: the helper hangs. It gets no more; what it has begun may still end well. */
  #late(id: number): void {
    this.#retire('it did not start a process in time');
    const job = this.#jobs.get(id);
    if (job?.takeBack() === true) this.#forget(id);
  }

  #forget(id: number): void {
    this.#jobs.delete(id);
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
    } else this.#request('ping\n');
  }

  #retire(why: string | null): void {
    if (this.#over) return;
    this.#over = true;
    this.#options.over(why);
  }

  #ended(why: string): void {
    clearTimeout(this.#readying);
    this.#retire(why);
    for (const [id, job] of [...this.#jobs]) {
      if (job.takeBack()) this.#forget(id);
      else job.lost();
    }
    this.#gone.resolve();
  }
}

function textsOf({ cwd, stdinFile, program, spareFolder, newFolders, newFiles, args, env }: ProcessToStart) {
  const files = newFiles.flatMap(({ path, text }) => [path, text]);
  const environment = Object.keys(env).map((name) => `${name}=${env[name]}`);
  const lists = [newFolders.length, ...newFolders, files.length, ...files, args.length, ...args];
  return [cwd, stdinFile ?? '', program, spareFolder ?? '', ...lists, ...environment];
}

const exitOf = (code: number, signal: number) =>
  signal === 0
    ? { exitCode: code, exitSignal: null }
    : { exitCode: null, exitSignal: signalNames.get(signal) ?? `signal ${signal}` };
