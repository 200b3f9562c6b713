import type { AttemptKey, RunId } from '@millrace/core';

/** One child for each waiting attempt, however often the message is delivered. */
export const childStartKey = (parent: RunId, from: AttemptKey): string =>
  `child:${parent}:${from.step}:${from.item}:${from.iteration}:${from.attempt}`;
