import { isoTime, isoTimeOrNull, type Limit } from '@millrace/api';
import { formatDuration } from '@millrace/core';
import type { NamedLimit, NamedPosition } from '@millrace/engine';

export function presentLimit({ perMs, waitingSince, freeAt, holders, waiters, ...rest }: NamedLimit): Limit {
  return {
    ...rest,
    per: perMs === null ? null : formatDuration(perMs),
    waiting_since: isoTimeOrNull(waitingSince),
    free_at: isoTimeOrNull(freeAt),
    holders: holders.map(presentPosition),
    waiters: waiters.map(({ whenFull, priority, ...position }) => ({
      ...presentPosition(position),
      priority,
      when_full: whenFull,
    })),
  };
}

const presentPosition = ({ since, ...position }: NamedPosition) => ({ ...position, since: isoTime(since) });
