// What the page and its worker for logs say to each other.
import type { LogEntry } from '@millrace/api';

export type LogChoice = Readonly<{
  run: string;
  step?: string | undefined;
  item?: number | undefined;
}>;

/** The log of one attempt: a section of what is shown. Sections are known by their number, in the order in which they came. */
export type LogSection = Omit<LogEntry, 'size_bytes'>;

/** A line of a section, from 0; -1 is its heading. */
export type LogPlace = Readonly<{ section: number; line: number }>;

export type LogRow = Readonly<{ at: string; stream: string; text: string }>;

export type ToLogWorker =
  | Readonly<{ type: 'open'; origin: string; token: string | null; choice: LogChoice }>
  /** Something was written: look again. */
  | Readonly<{ type: 'refresh' }>
  | Readonly<{ type: 'read'; section: number; from: number; to: number }>
  /** An empty text ends a search. */
  | Readonly<{ type: 'search'; text: string }>;

export type FromLogWorker =
  /** `added`: sections that were not told before. `lines`: how many each section has. */
  | Readonly<{ type: 'size'; added: readonly LogSection[]; lines: Uint32Array; loading: boolean }>
  | Readonly<{ type: 'rows'; section: number; from: number; rows: readonly LogRow[] }>
  /** What was found beyond what was told of this text before; `isFirst`: nothing was. */
  | Readonly<{ type: 'hits'; text: string; found: readonly LogPlace[]; isFirst: boolean; isDone: boolean }>
  /** The server does not know who asks any more; it is asked again by `refresh`. */
  | Readonly<{ type: 'unknown' }>
  | Readonly<{ type: 'failed'; message: string }>;
