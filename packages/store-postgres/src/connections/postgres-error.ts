import { MillraceError } from '@millrace/core';

const systemErrors = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENOENT',
]);

const lostConnection =
  /terminated|not queryable|timeout e(xpired|xceeded)|read timeout|after calling end|was closed|socket/i;

/**
 * Turns what the driver throws into a `MillraceError`: `store_unavailable` when the database could not be reached or broke
 * off (its work may have been done nevertheless), `conflict` when trying again is enough, `configuration` when a person
 * must act, and `internal` for the rest: a statement that PostgreSQL refuses is a bug.
 */
export function wrapPostgresError(error: unknown, action: string): MillraceError {
  if (error instanceof MillraceError) return error;
  const code = codeOf(error);
  const reason = reasonOf(error);
  if (isUnreachable(code, reason)) {
    return new MillraceError('store_unavailable', `Could not ${action}: PostgreSQL cannot be reached (${reason}).`, {
      hint: 'Check that the database server runs and that its address is right. Millrace reconnects by itself.',
      cause: error,
    });
  }
  // Disk full, out of memory, too many connections; a statement cancelled by a time limit; a standby that cannot write.
  if (code.startsWith('53') || code.startsWith('58') || ['57014', '55P03', '25006', '72000'].includes(code)) {
    return new MillraceError('store_unavailable', `Could not ${action}: PostgreSQL is not able to (${reason}).`, {
      hint: 'Look at the disk, the memory, the limit of connections and the log of the database server.',
      cause: error,
    });
  }
  if (code === '40001' || code === '40P01') {
    return new MillraceError('conflict', `Could not ${action}: another transaction was in the way (${reason}).`, {
      hint: 'Try again.',
      cause: error,
    });
  }
  if (code === '42P01' || code === '3F000' || code === '42883') {
    return new MillraceError('configuration', `Could not ${action}: the database is not set up (${reason}).`, {
      hint: 'Run the migrations first: the server does so when it starts.',
      cause: error,
    });
  }
  if (code.startsWith('28') || code === '3D000' || code === '42501') {
    return new MillraceError('configuration', `Could not ${action}: PostgreSQL refuses us (${reason}).`, {
      hint: 'Check user, password, database and grants in the connection string.',
      cause: error,
    });
  }
  return new MillraceError('internal', `Could not ${action}: ${reason}.`, {
    hint: 'This is a bug of Millrace; please report it with the log around it.',
    cause: error,
  });
}

function codeOf(error: unknown): string {
  if (error instanceof AggregateError && !('code' in error)) return codeOf(error.errors[0]);
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
    ? error.code
    : '';
}

function isUnreachable(code: string, reason: string): boolean {
  if (systemErrors.has(code) || code.startsWith('08') || code.startsWith('57P')) return true;
  return code === '' && lostConnection.test(reason);
}

/** The message, with what PostgreSQL says about the place; several attempts to connect come as an AggregateError without text. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(reasonOf).join('; ');
  if (!(error instanceof Error)) return String(error);
  const constraint = 'constraint' in error && typeof error.constraint === 'string' ? ` [${error.constraint}]` : '';
  const detail = 'detail' in error && typeof error.detail === 'string' ? ` ${error.detail}` : '';
  return `${error.message}${constraint}${detail}`;
}
