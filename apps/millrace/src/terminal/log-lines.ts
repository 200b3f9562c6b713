import { parseLogLine } from '@millrace/core';

/** Parts of one line are joined up to this length; a longer line is given in pieces. */
const maxJoined = 1024 * 1024;

/**
 * Puts the records of several logs together to lines of text. Records that are parts of one long line become one line
 * again; what is not yet a whole line waits for the rest. `key` tells the logs apart.
 */
export function createLogLines(
  onLine: (key: string, line: string, stream: string) => void,
): Readonly<{ add(key: string, data: Uint8Array): void; end(): void }> {
  const decoder = new TextDecoder();
  const parts = new Map<string, string>();
  return {
    add(key, data) {
      for (const record of decoder.decode(data).split('\n')) {
        if (record === '') continue;
        const { stream, full, text } = parseLogLine(record);
        const place = `${key}\u0000${stream}`;
        const line = (parts.get(place) ?? '') + text;
        if (full || line.length >= maxJoined) {
          parts.delete(place);
          onLine(key, line, stream);
        } else parts.set(place, line);
      }
    },
    end() {
      for (const [place, line] of parts) {
        const [key = '', stream = ''] = place.split('\u0000');
        onLine(key, line, stream);
      }
      parts.clear();
    },
  };
}
