export { ApiError, type ApiErrorCode } from './api-error.ts';
export { type Client, createClient } from './create-client.ts';
export type { EventStream, Notice } from './events.ts';
export type { FollowChoice } from './follow-logs.ts';
export type { ClientOptions } from './transport.ts';
