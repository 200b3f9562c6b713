import { delimiter } from 'node:path';
import { lookUpProgram } from '../find-program.ts';
import { identityOf } from '../program-identity.ts';
import { NotBegun } from './helped-process.ts';
import type { ProcessStarter, ProcessToStart, ReceiveOutput, StartedProcess } from './process-starter.ts';
import { startDirectly } from './start-directly.ts';
import { type HelperProgram, perlHelper, pythonHelper, StartHelper } from './start-helper.ts';

export type ProcessStarterOptions = Readonly<{
  /** Told when processes begin to be started the slow way, and why. */
  onTrouble?: (message: string) => void;
  /** Where `python3` and `perl` are looked for. Default: the PATH of this process. */
  path?: string | undefined;
  /** Milliseconds that only grow. */
  clock?: () => number;
}>;

/** A helper that has begun so many processes has proved its worth: losses before it do not count any more. */
const provenAfter = 50;
/** After so many losses in a row the next helper is tried only after a pause. */
const lossesInARow = 3;
const firstPauseMs = 60_000;
const longestPauseMs = 3_600_000;

/**
 * Starts processes by a helper process that does it quickly, on Linux with Python or perl; elsewhere, and whenever the helper
 * cannot do it, directly. The helper comes with the second process (a single one is not worth its start), and goes with this
 * process or at `end`.
 */
export function createProcessStarter(options: ProcessStarterOptions = {}): ProcessStarter {
  return process.platform === 'linux' ? new HelpedStarter(options) : startDirectly;
}

class HelpedStarter implements ProcessStarter {
  readonly #options: ProcessStarterOptions;
  readonly #clock: () => number;
  /** The best one first; null: it was not looked for any. */
  #programs: readonly HelperProgram[] | null = null;
  #helper: StartHelper | null = null;
  #ready = false;
  /** Processes that were started before there was any helper. */
  #before = 0;
  /** No helper is to be launched: one is there or comes, or there is nothing to do it. */
  #launching = false;
  #lost = 0;
  /** No helper is launched before. */
  #pausedUntil = 0;

  constructor(options: ProcessStarterOptions) {
    this.#options = options;
    this.#clock = options.clock ?? (() => performance.now());
  }

  async start(process: ProcessToStart, receive: ReceiveOutput): Promise<StartedProcess> {
    if (this.#helper === null || !this.#ready) {
      this.#before += 1;
      // Nothing waits for it: what comes meanwhile is started directly.
      if (this.#before > 1 && !this.#launching && this.#clock() >= this.#pausedUntil) this.#launch();
      return await startDirectly.start(process, receive);
    }
    try {
      return await this.#helper.start(process, receive);
    } catch (cause) {
      if (!(cause instanceof NotBegun)) throw cause;
      return await startDirectly.start(process, receive);
    }
  }

  async end(): Promise<void> {
    await this.#helper?.end();
  }

  #launch(): void {
    this.#launching = true;
    this.#programs ??= helperPrograms(this.#options.path ?? process.env.PATH ?? '');
    const [program, ...others] = this.#programs;
    if (program === undefined) {
      const message = 'Processes of steps are started slowly: there is no python3 or perl on PATH to do it quickly.';
      this.#options.onTrouble?.(message);
      return;
    }
    let wasReady = false;
    const helper: StartHelper = new StartHelper({
      ...program,
      ready: () => {
        this.#ready = true;
        wasReady = true;
      },
      over: (why) => {
        this.#ready = false;
        if (why === null) return;
        if (wasReady || others.length === 0) {
          this.#helperLost(helper.begun, why);
        } else {
          // An old version, or one without all that is needed.
          this.#programs = others;
          this.#launching = false;
        }
      },
    });
    this.#helper = helper;
  }

  /** The next process brings another helper; after several losses in a row, in a while. */
  #helperLost(begun: number, why: string): void {
    this.#launching = false;
    if (begun >= provenAfter) this.#lost = 0;
    this.#lost += 1;
    const pauses = this.#lost - lossesInARow;
    const pauseMs = pauses < 0 ? 0 : Math.min(firstPauseMs * 2 ** pauses, longestPauseMs);
    this.#pausedUntil = this.#clock() + pauseMs;
    if (this.#lost > 1 && pauseMs === 0) return;
    const next =
      pauseMs === 0
        ? 'Another one follows.'
        : `Processes are started slowly for ${pauseMs / 60_000} min; then another one is tried.`;
    this.#options.onTrouble?.(`The helper that starts the processes of steps is gone: ${why}. ${next}`);
  }
}

/** The programs that can be helpers on this machine, the best one first. */
function helperPrograms(path: string): readonly HelperProgram[] {
  const folders = path.split(delimiter);
  const python = folders
    .map((folder) => lookUpProgram(['python3'], '/', folder))
    .find((program) => program !== null && identityOf(program) !== null);
  const perl = lookUpProgram(['perl'], '/', path);
  return [python ? [pythonHelper(python)] : [], perl === null ? [] : [perlHelper(perl)]].flat();
}
