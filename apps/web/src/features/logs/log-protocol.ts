// What the page and its worker for logs say to each other.
import type { LogEntry } from '@millrace/api';

export type LogChoice = Readonly<{
  run: string;
  step?: string | undefined;
  item?: number | undefined;
}>;

/** A line of the whole, or the heading of one attempt's log where there are several. */
export type LogRow =
  | Readonly<{ kind: 'line'; at: string; stream: string; text: string }>
  | Readonly<{ kind: 'heading'; log: Omit<LogEntry, 'size_bytes'> }>;

export type ToLogWorker =
  | Readonly<{ type: 'open'; origin: string; token: string | null; choice: LogChoice }>
  /** Something was written: look again. */
  | Readonly<{ type: 'refresh' }>
  | Readonly<{ type: 'read'; from: number; to: number }>
  /** An empty text ends a search. */
  | Readonly<{ type: 'search'; text: string }>;

export type FromLogWorker =
  | Readonly<{ type: 'size'; rows: number; logs: number; loading: boolean }>
  | Readonly<{ type: 'rows'; from: number; rows: readonly LogRow[] }>
  | Readonly<{ type: 'hits'; text: string; rows: readonly number[]; done: boolean }>
  | Readonly<{ type: 'failed'; message: string }>;
