import type { MillraceError } from '@millrace/core';

/** A request that is not taken: why, for the log, and what its sender is told, which may be less. */
export class Refusal extends Error {
  readonly reason: string;
  readonly told: MillraceError;

  constructor(reason: string, told: MillraceError, message = told.message) {
    super(message);
    this.reason = reason;
    this.told = told;
  }
}
