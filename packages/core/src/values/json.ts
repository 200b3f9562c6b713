import type { Json } from '@millrace/expression';

export type { Json } from '@millrace/expression';
export type JsonObject = Readonly<Record<string, Json>>;
