import type { Signals, System } from '../system.ts';

/** Another system, as far as it must be known without its code. */
export type Peer = Readonly<{
  name: string;
  describe: string;
  /** How it is run, and what that means: as its documentation begins, and as it says for speed. */
  modes: Readonly<Record<string, string>>;
  /** Why it has no fan-out that can be compared; absent: it has. */
  joinsNot?: string;
  /** A program that must be on the path, and how it comes there. */
  program?: Readonly<{ name: string; install: string }>;
}>;

/** What the code of a peer gets: `bench/peers/<name>/subject.ts` exports an `open` of this type. */
export type OpenPeer = (
  surroundings: Readonly<{
    mode: string;
    /** An empty database. */
    url: string;
    /** How many bodies may run at once. */
    slots: number;
    /** An empty folder, removed afterwards. */
    folder: string;
    /** Its bodies call `body`, and the last of a run `ended` with the key that `start` gave. */
    signals: Signals;
  }>,
) => Promise<Pick<System, 'start' | 'close'>>;
