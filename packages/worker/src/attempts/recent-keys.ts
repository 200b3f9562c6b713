/** Remembers at least the last `size` keys, at most twice as many, at the cost of a set insertion each. */
export class RecentKeys {
  readonly #size: number;
  #current = new Set<string>();
  #previous = new Set<string>();

  constructor(size: number) {
    this.#size = size;
  }

  add(key: string): void {
    this.#current.add(key);
    if (this.#current.size < this.#size) return;
    this.#previous = this.#current;
    this.#current = new Set();
  }

  has(key: string): boolean {
    return this.#current.has(key) || this.#previous.has(key);
  }
}
