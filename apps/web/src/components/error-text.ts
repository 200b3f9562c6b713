import { ApiError } from '@millrace/client';

/** What went wrong and what to do, in the server's words. */
export function errorText(error: unknown): string {
  if (error instanceof ApiError) return error.hint === null ? error.message : `${error.message} ${error.hint}`;
  return error instanceof Error ? error.message : String(error);
}
