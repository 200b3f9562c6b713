export { ApiError, type ApiErrorCode } from './api-error.ts';
export { type Client, createClient } from './create-client.ts';
export type { FollowChoice } from './follow-logs.ts';
export type { LiveStream, Notice } from './live.ts';
export type { ClientOptions } from './transport.ts';
