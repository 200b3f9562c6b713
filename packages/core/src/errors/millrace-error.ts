import type { Json } from '../values/json.ts';
import { type ErrorCode, errorCatalogue } from './catalogue.ts';

export type ErrorOptions = Readonly<{ hint?: string; details?: Readonly<Record<string, Json>>; cause?: unknown }>;

/** An operational failure. Match on `code`, never on the message; `hint` says what to do. */
export class MillraceError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly details: Readonly<Record<string, Json>> | undefined;

  constructor(code: ErrorCode, message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'MillraceError';
    this.code = code;
    this.hint = options.hint;
    this.details = options.details;
  }

  get status(): number {
    return errorCatalogue[this.code].status;
  }

  get retryable(): boolean {
    return errorCatalogue[this.code].retryable;
  }
}
