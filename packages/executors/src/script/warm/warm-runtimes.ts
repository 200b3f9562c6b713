// Interpreters that wait for scripts, so that a script step does not wait for the start of one.
//
// For an interpreter that can fork, a *server* is kept: a process of it that has loaded what every script needs and runs each
// script in a fork of itself. What a script does to its process ends with that process, so the next one begins in the same
// clean state; nothing is reused but what was there before any script. A server speaks the protocol of start-helper.ts.
//
// The second script of an interpreter launches its server, which is used when it is ready. A script is started in the usual
// way whenever there is doubt:
//
//   the interpreter is no plain program (wrappers such as those of pyenv choose one by folder) or has changed
//   its environment differs in something that an interpreter reads when it starts
//   the server is gone, hangs or was lost lately
//
// A server gets the worker's base environment only, never what an action sets, since it outlives the action. It ends after
// `maxUses` scripts, `maxAgeMs` or `idleMs` without one.
import { identityOf } from '../../processes/program-identity.ts';
import { NotBegun } from '../../processes/starting/helped-process.ts';
import type { ProcessStarter } from '../../processes/starting/process-starter.ts';
import { StartHelper } from '../../processes/starting/start-helper.ts';
import type { Runtime } from '../runtimes.ts';

export type WarmRuntimesOptions = Readonly<{
  /** How processes are started otherwise. */
  starter: ProcessStarter;
  /** Milliseconds that only grow. */
  clock?: () => number;
}>;

const maxUses = 1_000;
const maxAgeMs = 300_000;
const idleMs = 60_000;
/** After a loss a server is not tried again for so long. */
const pauseMs = 60_000;
const maxServers = 4;
/** What an interpreter, or the system's loader, reads when it starts. */
const readAtStart = /^(PATH|HOME|TZ|LANG|LANGUAGE|LC_.*|PYTHON.*|VIRTUAL_ENV|LD_.*|GLIBC_.*|MALLOC_.*)$/;
/** Room for the mark by which the processes of an attempt are found: see `mark` in python-server.py. */
const markRoom = 'x'.repeat(1_024);

type Server = {
  /** The interpreter as it was. */
  readonly identity: string;
  helper: StartHelper | null;
  ready: boolean;
  launchedAt: number;
  usedAt: number;
  pausedUntil: number;
};

export type WarmScript = Readonly<{
  runtime: Runtime;
  /** Absolute path of the interpreter. */
  program: string;
  /** What the worker gives to every step. */
  base: Readonly<Record<string, string>>;
  /** All of the script's environment. */
  env: Readonly<Record<string, string>>;
}>;

export class WarmRuntimes {
  readonly #starter: ProcessStarter;
  readonly #clock: () => number;
  /** By interpreter, in the order of use. */
  readonly #servers = new Map<string, Server>();
  #sweeping: NodeJS.Timeout | undefined;

  constructor({ starter, clock = () => performance.now() }: WarmRuntimesOptions) {
    this.#starter = starter;
    this.#clock = clock;
  }

  /** How to start that script; undefined: in the usual way. */
  starterFor({ runtime, program, base, env }: WarmScript): ProcessStarter | undefined {
    if (process.platform !== 'linux' || runtime.server === null) return undefined;
    const own = { ...base, ...runtime.env };
    if (differsAtStart(own, env) || Buffer.byteLength(env.MILLRACE_OUTPUT ?? '') > markRoom.length) return undefined;
    const server = this.#serverOf(program);
    if (server === null) return undefined;
    const now = this.#clock();
    const seenBefore = server.usedAt >= 0;
    server.usedAt = now;
    const { helper } = server;
    if (helper === null) {
      if (seenBefore && now >= server.pausedUntil) this.#launch(server, [program, runtime.server], own);
      return undefined;
    }
    if (!server.ready) return undefined;
    if (helper.begun >= maxUses || now - server.launchedAt >= maxAgeMs) {
      this.#retire(server);
      return undefined;
    }
    return this.#startBy(helper);
  }

  /** Ends servers that nobody used for a while. */
  sweep(): void {
    const now = this.#clock();
    for (const [program, server] of this.#servers) {
      if (now - server.usedAt < idleMs || server.helper?.busy === true) continue;
      this.#retire(server);
      this.#servers.delete(program);
    }
    if (this.#servers.size > 0) return;
    clearInterval(this.#sweeping);
    this.#sweeping = undefined;
  }

  async end(): Promise<void> {
    clearInterval(this.#sweeping);
    await Promise.all([...this.#servers.values()].map(({ helper }) => helper?.end()));
    this.#servers.clear();
  }

  #serverOf(program: string): Server | null {
    const known = this.#servers.get(program);
    const identity = identityOf(program);
    if (known !== undefined && known.identity !== identity) this.#retire(known);
    this.#servers.delete(program);
    if (identity === null) return null;
    const server =
      known?.identity === identity
        ? known
        : { identity, helper: null, ready: false, launchedAt: 0, usedAt: -1, pausedUntil: 0 };
    this.#servers.set(program, server);
    const [oldest] = this.#servers;
    if (this.#servers.size > maxServers && oldest !== undefined) {
      this.#retire(oldest[1]);
      this.#servers.delete(oldest[0]);
    }
    return server;
  }

  #launch(server: Server, command: readonly [string, ...string[]], env: Readonly<Record<string, string>>): void {
    server.launchedAt = this.#clock();
    const helper = new StartHelper({
      command,
      env: { ...env, MILLRACE_OUTPUT: markRoom },
      ready: () => {
        server.ready = server.helper === helper;
      },
      over: (why) => {
        if (server.helper !== helper) return;
        server.helper = null;
        server.ready = false;
        if (why !== null) server.pausedUntil = this.#clock() + pauseMs;
      },
    });
    server.helper = helper;
    this.#sweeping ??= setInterval(() => this.sweep(), idleMs).unref();
  }

  #retire(server: Server): void {
    const { helper } = server;
    server.helper = null;
    server.ready = false;
    helper?.retire();
  }

  #startBy(helper: StartHelper): ProcessStarter {
    return {
      start: async (process, receive) => {
        try {
          return await helper.start(process, receive);
        } catch (cause) {
          if (!(cause instanceof NotBegun)) throw cause;
          return await this.#starter.start(process, receive);
        }
      },
      end: async () => {},
    };
  }
}

function differsAtStart(server: Readonly<Record<string, string>>, script: Readonly<Record<string, string>>): boolean {
  const names = new Set([...Object.keys(server), ...Object.keys(script)]);
  return [...names].some((name) => readAtStart.test(name) && server[name] !== script[name]);
}
