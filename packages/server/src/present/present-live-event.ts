import { isoTime, type LiveEvent } from '@millrace/api';
import { unreachable } from '@millrace/core';
import type { EngineEvent } from '@millrace/engine';

/** An engine's event as it goes over the socket. A gap is none: it becomes a message of its own. */
export function presentLiveEvent(event: Exclude<EngineEvent, Readonly<{ type: 'gap' }>>): LiveEvent {
  switch (event.type) {
    case 'run':
      return { ...event, at: isoTime(event.at) };
    case 'step':
      return { ...event, at: isoTime(event.at) };
    case 'log': {
      const { sizeBytes, ...rest } = event;
      return { ...rest, size_bytes: sizeBytes };
    }
    case 'workspace':
    case 'changed':
      return event;
    default:
      return unreachable(event);
  }
}
