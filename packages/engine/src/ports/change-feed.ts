/** How servers tell each other that something changed. Hints may be lost: whoever listens also looks by itself now and then. */
export type ChangeFeed = Readonly<{
  /** Tells a hint that belongs to no commit of runs. */
  tell(hint: string): Promise<void>;
  /** Calls `onHint` for each hint that other sessions commit (also this one's own), and `onGap` when some may have been missed. */
  listen(listener: Readonly<{ onHint: (hint: string) => void; onGap: () => void }>): Promise<() => Promise<void>>;
}>;
