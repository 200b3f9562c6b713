import { useCallback, useEffect, useRef, useState } from 'react';
import { useLive } from '../../api/live-provider.tsx';
import { pollMs } from '../../api/query-client.ts';
import { recoverSession } from '../../api/session.ts';
import { readToken } from '../../api/token.ts';
import type { FromLogWorker, LogChoice, LogPlace, LogRow, LogSection, ToLogWorker } from './log-protocol.ts';

const blockRows = 200;
/** Blocks of rows that are kept for the view; the worker has all. A view of short sections needs one for each. */
const keptBlocks = 200;

export type Log = Readonly<{
  sections: readonly LogSection[];
  /** How many lines each section has. */
  lines: Uint32Array;
  loading: boolean;
  failed: string | null;
  /** The line, once it is there; asking for it brings it. */
  line(place: LogPlace): LogRow | undefined;
  /** By section and line. */
  hits: readonly LogPlace[];
  /** Whether more may be found. */
  searching: boolean;
  search(text: string): void;
}>;

type Content = Pick<Log, 'sections' | 'lines' | 'loading'>;
type Found = Pick<Log, 'hits' | 'searching'>;

const nothing: Content = { sections: [], lines: new Uint32Array(), loading: true };
const notSearched: Found = { hits: [], searching: false };

/** A log as its worker has it. New lines arrive while the run goes on. */
export function useLog({ run, step, item }: LogChoice, ended: boolean): Log {
  const worker = useRef<Worker | null>(null);
  const blocks = useRef(new Map<string, readonly LogRow[]>());
  const asked = useRef(new Set<string>());
  const [content, setContent] = useState(nothing);
  const [failed, setFailed] = useState<string | null>(null);
  const [found, setFound] = useState(notSearched);
  const [, redraw] = useState(0);
  const { connected, listen } = useLive();

  const tell = useCallback((message: ToLogWorker) => worker.current?.postMessage(message), []);

  useEffect(() => {
    const own = new Worker(new URL('./log-worker.ts', import.meta.url), { type: 'module' });
    worker.current = own;
    blocks.current = new Map();
    asked.current = new Set();
    setContent(nothing);
    setFound(notSearched);
    own.onmessage = ({ data }: MessageEvent<FromLogWorker>) => {
      switch (data.type) {
        case 'size':
          setContent(({ sections }) => ({
            sections: data.added.length === 0 ? sections : [...sections, ...data.added],
            lines: data.lines,
            loading: data.loading,
          }));
          if (!data.loading) setFailed(null);
          return;
        case 'rows':
          keep(blockKey(data.section, data.from / blockRows), data.rows);
          redraw((before) => before + 1);
          return;
        case 'hits':
          setFound((before) => ({
            hits: data.isFirst ? data.found : [...before.hits, ...data.found],
            searching: !data.isDone,
          }));
          return;
        case 'unknown':
          void recoverSession().then(() => tell({ type: 'refresh' }));
          return;
        case 'failed':
          setFailed(data.message);
      }
    };
    tell({ type: 'open', origin: window.location.origin, token: readToken(), choice: { run, step, item } });
    return () => own.terminate();

    function keep(key: string, rows: readonly LogRow[]): void {
      blocks.current.delete(key);
      blocks.current.set(key, rows);
      asked.current.delete(key);
      const [oldest] = blocks.current.keys();
      if (blocks.current.size > keptBlocks && oldest !== undefined) blocks.current.delete(oldest);
    }
  }, [run, step, item, tell]);

  useEffect(() => {
    if (ended) {
      tell({ type: 'refresh' });
      return;
    }
    const stop = listen({ run, types: ['log', 'changed'] }, () => tell({ type: 'refresh' }));
    const poll = connected ? undefined : setInterval(() => tell({ type: 'refresh' }), pollMs);
    return () => {
      stop();
      clearInterval(poll);
    };
  }, [run, ended, connected, listen, tell]);

  const line = ({ section, line: index }: LogPlace): LogRow | undefined => {
    const block = Math.floor(index / blockRows);
    const key = blockKey(section, block);
    const rows = blocks.current.get(key);
    const row = rows?.[index - block * blockRows];
    // A block at the end was short when it was read; lines may have come to it.
    if (row === undefined && !asked.current.has(key)) {
      asked.current.add(key);
      tell({ type: 'read', section, from: block * blockRows, to: (block + 1) * blockRows });
    }
    return row;
  };
  const search = useCallback((text: string) => tell({ type: 'search', text }), [tell]);
  return { ...content, failed, line, ...found, search };
}

const blockKey = (section: number, block: number): string => `${section}/${block}`;
