/** Every error code that leaves Millrace, with its HTTP status and whether trying again can help. */
export const errorCatalogue = {
  invalid_input: { status: 400, retryable: false },
  invalid_request: { status: 400, retryable: false },
  invalid_definition: { status: 422, retryable: false },
  not_found: { status: 404, retryable: false },
  workspace_not_found: { status: 404, retryable: false },
  workflow_not_found: { status: 404, retryable: false },
  run_not_found: { status: 404, retryable: false },
  log_not_found: { status: 404, retryable: false },
  run_ended: { status: 409, retryable: false },
  approval_ended: { status: 409, retryable: false },
  not_an_approver: { status: 403, retryable: false },
  conflict: { status: 409, retryable: true },
  unauthorized: { status: 401, retryable: false },
  too_large: { status: 413, retryable: false },
  lease_lost: { status: 409, retryable: false },
  store_unavailable: { status: 503, retryable: true },
  blob_store_unavailable: { status: 503, retryable: true },
  blob_store_full: { status: 507, retryable: true },
  overloaded: { status: 503, retryable: true },
  folder_in_use: { status: 409, retryable: false },
  configuration: { status: 500, retryable: false },
  internal: { status: 500, retryable: false },
} as const satisfies Record<string, Readonly<{ status: number; retryable: boolean }>>;

export type ErrorCode = keyof typeof errorCatalogue;
