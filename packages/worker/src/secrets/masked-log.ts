import type { LogStream } from '@millrace/core';
import type { AttemptLog } from '../logs/attempt-log.ts';
import type { MaskedStream, SecretMask } from './secret-mask.ts';

/** The log of an attempt that knows secrets: each stream is masked before it becomes lines. */
export class MaskedLog {
  readonly #log: AttemptLog;
  readonly #mask: SecretMask;
  readonly #streams = new Map<LogStream, MaskedStream>();

  constructor(log: AttemptLog, mask: SecretMask) {
    this.#log = log;
    this.#mask = mask;
  }

  write(stream: LogStream, bytes: Uint8Array): Promise<void> | undefined {
    const shown = this.#streamOf(stream).write(bytes);
    return shown.length === 0 ? undefined : this.#log.write(stream, shown);
  }

  end(): void {
    for (const [stream, masked] of this.#streams) {
      const rest = masked.end();
      if (rest.length > 0) void this.#log.write(stream, rest);
    }
    this.#log.end();
  }

  #streamOf(stream: LogStream): MaskedStream {
    const known = this.#streams.get(stream);
    if (known !== undefined) return known;
    const masked = this.#mask.stream();
    this.#streams.set(stream, masked);
    return masked;
  }
}
