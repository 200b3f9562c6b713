import { textHash } from './random.ts';

const kept = 400;

/** What happened, in order: the last lines for people, and a hash of all of it to compare two simulations of a seed. */
export class Trace {
  hash = 0x811c9dc5;
  length = 0;
  readonly #lines: string[] = [];
  readonly #print: ((line: string) => void) | null;

  constructor(print: ((line: string) => void) | null = null) {
    this.#print = print;
  }

  add(line: string): void {
    this.hash = textHash(line, this.hash);
    this.#lines[this.length % kept] = line;
    this.length += 1;
    this.#print?.(line);
  }

  /** The last lines, oldest first. */
  tail(count: number): readonly string[] {
    const size = Math.min(count, kept, this.length);
    return Array.from({ length: size }, (_, at) => this.#lines[(this.length - size + at) % kept] ?? '');
  }
}
