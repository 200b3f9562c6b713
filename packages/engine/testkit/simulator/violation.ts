/** A promise of the engine that did not hold. */
export class Violation extends Error {
  /** Which one; stays the same while a case is made smaller. */
  readonly invariant: string;

  constructor(invariant: string, message: string) {
    super(`${invariant}: ${message}`);
    this.name = 'Violation';
    this.invariant = invariant;
  }
}
