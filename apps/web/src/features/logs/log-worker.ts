// Reads, keeps and searches logs beside the page: a million lines neither block it nor fill its memory with strings.
//
// Each attempt's log is read raw, by its own request, and later goes on from where it was left. Where there are very many of them (the items of
// a for-each), the first reading is one request for all, in JSON.
import type { LogEntry, LogLine } from '@millrace/api';
import type { FromLogWorker, LogChoice, LogRow, ToLogWorker } from './log-protocol.ts';
import { LogText } from './log-text.ts';

type Log = { readonly entry: Omit<LogEntry, 'size_bytes'>; readonly text: LogText; loaded: number };

/** Beyond this many logs, the first reading is one request. */
const manyLogs = 20;
const mostHits = 100_000;
const searchedAtOnce = 20_000;

const logs = new Map<string, Log>();
let source: Extract<ToLogWorker, { type: 'open' }> | null = null;
let reading = false;
let readAgain = false;
let search = 0;
let told = 0;

const say = (message: FromLogWorker): void => self.postMessage(message);

self.onmessage = ({ data }: MessageEvent<ToLogWorker>) => {
  switch (data.type) {
    case 'open':
      source = data;
      void refresh();
      return;
    case 'refresh':
      void refresh();
      return;
    case 'read':
      say({ type: 'rows', from: data.from, rows: rowsBetween(data.from, data.to) });
      return;
    case 'search':
      search += 1;
      void find(data.text.toLowerCase(), search);
  }
};

/** Reads what is new. While it does, further calls only note that there is more. */
async function refresh(): Promise<void> {
  if (reading) {
    readAgain = true;
    return;
  }
  reading = true;
  try {
    do {
      readAgain = false;
      await readNew();
    } while (readAgain);
  } catch (error) {
    say({ type: 'failed', message: error instanceof Error ? error.message : String(error) });
  } finally {
    reading = false;
    tellSize(true);
  }
}

async function readNew(): Promise<void> {
  if (source === null) return;
  const { choice } = source;
  const { items } = (await (await ask(`/api/v1/runs/${choice.run}/logs`)).json()) as { items: LogEntry[] };
  const wanted = items.filter(({ step, item }) => (choice.step ?? step) === step && (choice.item ?? item) === item);
  if (logs.size === 0 && wanted.length > manyLogs) return readAll(choice);
  for (const { size_bytes, ...entry } of wanted) {
    const log = logOf(entry);
    if (log.loaded < size_bytes) await readOne(choice.run, log);
  }
}

async function readOne(run: string, log: Log): Promise<void> {
  const query = new URLSearchParams({
    step: log.entry.step,
    item: String(log.entry.item),
    iteration: String(log.entry.iteration),
    attempt: String(log.entry.attempt),
    offset: String(log.loaded),
    format: 'raw',
  });
  for await (const bytes of chunksOf(await ask(`/api/v1/runs/${run}/logs/content?${query}`))) {
    log.text.append(bytes);
    log.loaded += bytes.length;
    tellSize();
  }
}

async function readAll({ run, step, item }: LogChoice): Promise<void> {
  const query = new URLSearchParams({ format: 'json' });
  if (step !== undefined) query.set('step', step);
  if (item !== undefined) query.set('item', String(item));
  const [decoder, encoder] = [new TextDecoder(), new TextEncoder()];
  let rest = '';
  for await (const bytes of chunksOf(await ask(`/api/v1/runs/${run}/logs/content?${query}`))) {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const text of lines) {
      const { at, stream, text: shown, next_offset, ...entry } = JSON.parse(text) as LogLine;
      const log = logOf(entry);
      log.text.append(encoder.encode(`${at} ${stream} F ${shown}\n`));
      log.loaded = next_offset;
    }
    tellSize();
  }
}

function logOf(entry: Log['entry']): Log {
  const { step, item, iteration, attempt } = entry;
  const key = `${step}\0${iteration}/${item}/${attempt}`;
  const known = logs.get(key);
  if (known !== undefined) return known;
  const log: Log = { entry: { step, item, iteration, attempt }, text: new LogText(), loaded: 0 };
  logs.set(key, log);
  return log;
}

async function ask(path: string): Promise<Response> {
  const headers: Record<string, string> = source?.token == null ? {} : { authorization: `Bearer ${source.token}` };
  const response = await fetch(`${source?.origin ?? ''}${path}`, { headers });
  if (response.ok) return response;
  const answer = (await response.json().catch(() => null)) as { error?: { message?: string } } | null;
  throw new Error(answer?.error?.message ?? `The server answered ${response.status}.`);
}

async function* chunksOf({ body }: Response): AsyncGenerator<Uint8Array> {
  if (body === null) return;
  const reader = body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value;
  }
}

/** At most ten times a second, except at the end. */
function tellSize(now = false): void {
  if (!now && performance.now() - told < 100) return;
  told = performance.now();
  say({ type: 'size', rows: totalRows(), logs: logs.size, loading: reading });
}

/** Each log has a heading where there are several. */
const headings = (): number => (logs.size > 1 ? 1 : 0);

function totalRows(): number {
  let rows = 0;
  for (const { text } of logs.values()) rows += headings() + text.lines;
  return rows;
}

function rowsBetween(from: number, to: number): LogRow[] {
  const rows: LogRow[] = [];
  let first = 0;
  for (const { entry, text } of logs.values()) {
    const size = headings() + text.lines;
    if (first < to && first + size > from) {
      const start = Math.max(0, from - first);
      if (headings() === 1 && start === 0) rows.push({ kind: 'heading', log: entry });
      const lines = text.read(Math.max(0, start - headings()), to - first - headings());
      rows.push(...lines.map((line) => ({ kind: 'line' as const, ...line })));
    }
    first += size;
    if (first >= to) break;
  }
  return rows;
}

/** Block by block, so that a newer search can take over and the first hits show at once. */
async function find(text: string, own: number): Promise<void> {
  const hits: number[] = [];
  let first = 0;
  for (const log of text === '' ? [] : logs.values()) {
    for (let from = 0; from < log.text.lines && hits.length < mostHits; from += searchedAtOnce) {
      for (const line of log.text.search(text, from, from + searchedAtOnce)) hits.push(first + headings() + line);
      await new Promise((resolve) => setTimeout(resolve));
      if (search !== own) return;
      say({ type: 'hits', text, rows: hits, done: false });
    }
    first += headings() + log.text.lines;
  }
  say({ type: 'hits', text, rows: hits.slice(0, mostHits), done: true });
}
