import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, type WriteStream } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

export type ProcessOptions = Readonly<{
  name: string;
  args: readonly string[];
  env: Readonly<Record<string, string>>;
  cwd: string;
  /** Its output, of all its lives, is appended here. */
  logFile: string;
  /** What it prints when it is up; the first group is handed to `onUp`. */
  ready: RegExp;
  onUp?: (found: string) => void;
  /** It ended although nobody ended it. */
  onCrash: (message: string) => void;
}>;

type Life = { child: ChildProcess; up: boolean; meant: boolean; ended: Promise<number | null> };

/** A process that is ended and started again under one name. Only its own children are ever signalled, by their pid. */
export class ManagedProcess {
  readonly name: string;
  readonly #options: ProcessOptions;
  readonly #log: WriteStream;
  #life: Life | null = null;
  /** True while a fault has it, so that no second one takes it. */
  busy = false;

  constructor(options: ProcessOptions) {
    this.name = options.name;
    this.#options = options;
    this.#log = createWriteStream(options.logFile, { flags: 'a' });
  }

  get pid(): number | undefined {
    return this.#life?.child.pid;
  }

  /** Starts it and waits until it is up; again and again, as an operator's supervisor would, for at most a minute. */
  async start(): Promise<void> {
    const deadline = Date.now() + 60_000;
    while (!(await this.#startOnce())) {
      if (Date.now() > deadline) throw new Error(`${this.name} does not start; its log tells why.`);
      await sleep(300);
    }
  }

  async #startOnce(): Promise<boolean> {
    const { args, env, cwd, ready, name } = this.#options;
    this.#log.write(`--- ${new Date().toISOString()} ${name} starts: ${args.join(' ')}\n`);
    const child = spawn(process.execPath, args, { cwd, env: { ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    const ended = new Promise<number | null>((resolve) => {
      child.once('exit', (code) => resolve(code));
      child.once('error', () => resolve(-1));
    });
    const life: Life = { child, up: false, meant: false, ended };
    this.#life = life;
    const up = new Promise<boolean>((resolve) => {
      let text = '';
      const take = (data: Buffer): void => {
        this.#log.write(data);
        if (life.up) return;
        text += data.toString();
        const found = ready.exec(text);
        if (found === null) return;
        life.up = true;
        this.#options.onUp?.(found[1] ?? '');
        resolve(true);
      };
      child.stdout?.on('data', take);
      child.stderr?.on('data', take);
      void ended.then((code) => {
        this.#log.write(`--- ${new Date().toISOString()} ${name} ended (${code})\n`);
        if (life.up && !life.meant) this.#options.onCrash(`${name} ended by itself with exit code ${code}.`);
        if (this.#life === life) this.#life = null;
        resolve(false);
      });
    });
    return up;
  }

  signal(signal: NodeJS.Signals): void {
    this.#life?.child.kill(signal);
  }

  /** Ends it at once, and returns when it has ended. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** Asks it to end; its exit code, or null when it had to be killed after half a minute. */
  async stop(): Promise<number | null> {
    const timer = setTimeout(() => this.signal('SIGKILL'), 30_000);
    const code = await this.#end('SIGTERM');
    clearTimeout(timer);
    return code;
  }

  async #end(signal: NodeJS.Signals): Promise<number | null> {
    const life = this.#life;
    if (life === null) return 0;
    life.meant = true;
    life.child.kill(signal);
    if (signal === 'SIGKILL') life.child.kill('SIGCONT');
    return life.ended;
  }
}
