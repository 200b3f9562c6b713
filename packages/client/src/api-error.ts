import type { ErrorEnvelope } from '@millrace/api';

/** `unreachable`: nobody answers at the address. `unexpected_answer`: who answers is no Millrace server. */
export type ApiErrorCode = ErrorEnvelope['error']['code'] | 'unreachable' | 'unexpected_answer';

/** A call that failed. Decide by `code`; show `message` and `hint`. `status` is 0 when there was no answer. */
export class ApiError extends Error {
  readonly code: ApiErrorCode;
  readonly hint: string | null;
  readonly details: ErrorEnvelope['error']['details'];
  readonly status: number;
  readonly requestId: string | null;

  constructor(
    code: ApiErrorCode,
    message: string,
    options: Readonly<{
      status: number;
      hint?: string | null;
      details?: ErrorEnvelope['error']['details'];
      requestId?: string | null;
      cause?: unknown;
    }>,
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'ApiError';
    this.code = code;
    this.status = options.status;
    this.hint = options.hint ?? null;
    this.details = options.details ?? null;
    this.requestId = options.requestId ?? null;
  }

  /** Whether the same call may succeed later: no answer, or the server said so. */
  get retryable(): boolean {
    return this.status === 0 || this.status === 503 || this.status === 507;
  }
}

export function unreachable(url: string, cause: unknown): ApiError {
  return new ApiError('unreachable', `No server answers at ${url}${reason(cause)}.`, {
    status: 0,
    hint: 'Start one with "npx millrace dev", or give the address of the one that you mean.',
    cause,
  });
}

/** Programs that run on Node find the system's reason below what `fetch` throws. */
function reason(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined;
  return typeof code === 'string' ? ` (${code})` : '';
}

/** Reads an error answer. Whatever is no envelope came from something else: a proxy, another program on that port. */
export async function errorOf(response: Response, url: string): Promise<ApiError> {
  const text = await response.text().catch(() => '');
  const envelope = parseEnvelope(text);
  if (envelope === null) {
    return new ApiError('unexpected_answer', `${url} answered ${response.status} without saying why.`, {
      status: response.status,
      hint: 'Is it a Millrace server? A proxy in between may also be the one that answers.',
    });
  }
  const { code, message, hint, details, request_id } = envelope.error;
  return new ApiError(code, message, { status: response.status, hint, details, requestId: request_id });
}

function parseEnvelope(text: string): ErrorEnvelope | null {
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed !== 'object' || parsed === null || !('error' in parsed)) return null;
    const { error } = parsed;
    return typeof error === 'object' && error !== null && 'code' in error && 'message' in error
      ? (parsed as ErrorEnvelope)
      : null;
  } catch {
    return null;
  }
}
