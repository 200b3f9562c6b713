import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lookUpProgram } from '../find-program.ts';
import type { ProcessStarter, ProcessToStart, StartedProcess } from './process-starter.ts';
import { startDirectly } from './start-directly.ts';
import { NotBegun, StartHelper } from './start-helper.ts';

export type ProcessStarterOptions = Readonly<{
  /** Told once when processes are started the slow way, and why. */
  onTrouble?: (message: string) => void;
  /** Where `perl` is looked for. Default: the PATH of this process. */
  path?: string | undefined;
}>;

/** After so many helpers that ended or hung, none is tried any more. */
const maxLost = 3;

/**
 * Starts processes by a helper process that forks quickly, on Linux with perl; elsewhere, and whenever the helper cannot
 * do it, directly. The helper comes with the first process and goes with this process or at `end`.
 */
export function createProcessStarter(options: ProcessStarterOptions = {}): ProcessStarter {
  return process.platform === 'linux' ? new HelpedStarter(options) : startDirectly;
}

class HelpedStarter implements ProcessStarter {
  readonly #options: ProcessStarterOptions;
  #helper: StartHelper | null = null;
  #ready = false;
  #launching = false;
  #lost = 0;
  #ended = false;

  constructor(options: ProcessStarterOptions) {
    this.#options = options;
  }

  async start(process: ProcessToStart): Promise<StartedProcess> {
    if (this.#helper === null || !this.#ready) {
      // Nothing waits for it: what comes meanwhile is started directly.
      if (!this.#launching) void this.#launch();
      return await startDirectly.start(process);
    }
    try {
      return await this.#helper.start(process);
    } catch (cause) {
      if (!(cause instanceof NotBegun)) throw cause;
      return await startDirectly.start(process);
    }
  }

  async end(): Promise<void> {
    this.#ended = true;
    await this.#helper?.end();
  }

  async #launch(): Promise<void> {
    this.#launching = true;
    const perl = await lookUpProgram(['perl'], '/', this.#options.path ?? process.env.PATH);
    if (perl === null) {
      this.#options.onTrouble?.('Processes of steps are started slowly: there is no perl on PATH to do it quickly.');
      return;
    }
    const folder = await mkdtemp(join(tmpdir(), 'millrace-starts-')).catch((cause: Error) => cause);
    if (folder instanceof Error) {
      this.#helperLost(folder.message);
      return;
    }
    this.#helper = new StartHelper({
      perl,
      folder,
      ready: () => {
        this.#ready = true;
      },
      over: (why) => {
        this.#ready = false;
        if (why !== null) this.#helperLost(why);
      },
    });
    if (this.#ended) await this.#helper.end();
  }

  /** The next process brings another helper, up to a number. */
  #helperLost(why: string): void {
    this.#lost += 1;
    this.#launching = this.#lost >= maxLost;
    if (this.#lost === 1 || this.#launching) {
      this.#options.onTrouble?.(
        `The helper that starts the processes of steps is gone: ${why}. ${this.#launching ? 'They are started slowly from now on.' : 'Another one follows.'}`,
      );
    }
  }
}
