// Reads, keeps and searches logs beside the page: a million lines neither block it nor fill its memory with strings.
//
// Each attempt's log is read raw, by its own request, and later goes on from where it was left. Where there are very many of them (the items of
// a for-each), the first reading is one request for all, in JSON.
import type { LogEntry, LogLine } from '@millrace/api';
import type { FromLogWorker, LogChoice, LogPlace, LogSection, ToLogWorker } from './log-protocol.ts';
import { LogText } from './log-text.ts';

type Log = { readonly section: LogSection; readonly text: LogText; loaded: number };

/** Beyond this many logs, the first reading is one request. */
const manyLogs = 20;
const mostHits = 100_000;
const searchedAtOnce = 20_000;

/** In the order in which they came: a section's number is its place here. */
const logs: Log[] = [];
const known = new Map<string, Log>();
let source: Extract<ToLogWorker, { type: 'open' }> | null = null;
let reading = false;
let readAgain = false;
let search = 0;
let toldAt = 0;
let toldSections = 0;

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
      say({ ...data, type: 'rows', rows: logs[data.section]?.text.read(data.from, data.to) ?? [] });
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
  if (logs.length === 0 && wanted.length > manyLogs) return readAll(choice);
  for (const { size_bytes, ...section } of wanted) {
    const log = logOf(section);
    if (log.loaded < size_bytes) await readOne(choice.run, log);
  }
}

async function readOne(run: string, log: Log): Promise<void> {
  const query = new URLSearchParams({
    step: log.section.step,
    item: String(log.section.item),
    iteration: String(log.section.iteration),
    attempt: String(log.section.attempt),
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
      const { at, stream, text: shown, next_offset, ...section } = JSON.parse(text) as LogLine;
      const log = logOf(section);
      log.text.append(encoder.encode(`${at} ${stream} F ${shown}\n`));
      log.loaded = next_offset;
    }
    tellSize();
  }
}

function logOf({ step, item, iteration, attempt }: LogSection): Log {
  const key = `${step}\0${iteration}/${item}/${attempt}`;
  const before = known.get(key);
  if (before !== undefined) return before;
  const log: Log = { section: { step, item, iteration, attempt }, text: new LogText(), loaded: 0 };
  known.set(key, log);
  logs.push(log);
  return log;
}

async function ask(path: string): Promise<Response> {
  const headers: Record<string, string> = source?.token == null ? {} : { authorization: `Bearer ${source.token}` };
  const response = await fetch(`${source?.origin ?? ''}${path}`, { headers });
  if (response.ok) return response;
  if (response.status === 401) say({ type: 'unknown' });
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
  if (!now && performance.now() - toldAt < 100) return;
  toldAt = performance.now();
  const added = logs.slice(toldSections).map(({ section }) => section);
  toldSections = logs.length;
  say({ type: 'size', added, lines: Uint32Array.from(logs, ({ text }) => text.lines), loading: reading });
}

/** Block by block, so that a newer search can take over and the first hits show at once. */
async function find(text: string, own: number): Promise<void> {
  let [count, looked] = [0, 0];
  let found: LogPlace[] = [];
  say({ type: 'hits', text, found, isFirst: true, isDone: text === '' });
  if (text === '') return;
  for (const [section, log] of logs.entries()) {
    for (let from = 0; from < log.text.lines && count < mostHits; from += searchedAtOnce) {
      const lines = log.text.search(text, from, from + searchedAtOnce).slice(0, mostHits - count);
      found.push(...lines.map((line) => ({ section, line })));
      count += lines.length;
      looked += Math.min(searchedAtOnce, log.text.lines - from);
      if (looked < searchedAtOnce) continue;
      await new Promise((resolve) => setTimeout(resolve));
      if (search !== own) return;
      if (found.length > 0) say({ type: 'hits', text, found, isFirst: false, isDone: false });
      [found, looked] = [[], 0];
    }
  }
  say({ type: 'hits', text, found, isFirst: false, isDone: true });
}
