import { type Event, type EventDetail, isoTime } from '@millrace/api';
import type { StoredEvent } from '@millrace/core';
import type { EventDetail as Found } from '@millrace/engine';
import { presentFault } from './present-fault.ts';

export const presentEvent = ({ at, ...event }: StoredEvent): Event => ({ ...event, at: isoTime(at) });

export function presentEventDetail({ event, outcome }: Found): EventDetail {
  return {
    ...presentEvent(event),
    outcome:
      outcome === null
        ? null
        : {
            runs: outcome.runs.map((started) => ({ ...started })),
            failures: outcome.failures.flatMap(({ trigger, error: cause }) => {
              const error = presentFault(cause);
              return error === null ? [] : [{ trigger, error }];
            }),
          },
  };
}
