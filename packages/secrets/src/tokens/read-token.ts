import type { JsonObject } from '@millrace/core';
import { failureOf, objectOf, strangeAnswer, textAt } from '../requests/read-answer.ts';
import type { SourceAnswer } from '../requests/send-request.ts';
import type { Lasting } from './short-memory.ts';

/** Tokens are got anew before they end, so that none ends on its way. */
const marginSeconds = 120;

/** The token of an OAuth answer, as all clouds give it. */
export function readToken(answer: SourceAnswer, hint: string): Lasting<string> {
  const told = objectOf(answer);
  if (answer.status !== 200) {
    throw failureOf(answer, textAt(told, 'error_description') ?? textAt(told, 'error'), hint);
  }
  const value = textAt(told, 'access_token');
  if (value === null) throw strangeAnswer('access_token');
  return { value, forMs: Math.max(0, secondsOf(told) - marginSeconds) * 1000 };
}

/** A number, or a number in a text. */
function secondsOf(told: JsonObject | null): number {
  const { expires_in: seconds } = told ?? {};
  const number = Number(seconds);
  return Number.isFinite(number) ? number : 0;
}
