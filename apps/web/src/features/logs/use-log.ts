import { useCallback, useEffect, useRef, useState } from 'react';
import { useLive } from '../../api/live-provider.tsx';
import { pollMs } from '../../api/query-client.ts';
import { readToken } from '../../api/token.ts';
import type { FromLogWorker, LogChoice, LogRow, ToLogWorker } from './log-protocol.ts';

const blockRows = 200;
/** Blocks of rows that are kept for the view; the worker has all. */
const keptBlocks = 40;

export type Log = Readonly<{
  rows: number;
  logs: number;
  loading: boolean;
  failed: string | null;
  /** The row, once it is there; asking for it brings it. */
  row(index: number): LogRow | undefined;
  hits: readonly number[];
  /** The text that the hits are of. */
  searched: string;
  search(text: string): void;
}>;

/** A log as its worker has it. New lines arrive while the run goes on. */
export function useLog({ run, step, item }: LogChoice, ended: boolean): Log {
  const worker = useRef<Worker | null>(null);
  const blocks = useRef(new Map<number, readonly LogRow[]>());
  const asked = useRef(new Set<number>());
  const [size, setSize] = useState({ rows: 0, logs: 0, loading: true });
  const [failed, setFailed] = useState<string | null>(null);
  const [hits, setHits] = useState<Readonly<{ rows: readonly number[]; text: string }>>({ rows: [], text: '' });
  const [, redraw] = useState(0);
  const { connected, listen } = useLive();

  const tell = useCallback((message: ToLogWorker) => worker.current?.postMessage(message), []);

  useEffect(() => {
    const own = new Worker(new URL('./log-worker.ts', import.meta.url), { type: 'module' });
    worker.current = own;
    blocks.current = new Map();
    asked.current = new Set();
    setSize({ rows: 0, logs: 0, loading: true });
    setHits({ rows: [], text: '' });
    own.onmessage = ({ data }: MessageEvent<FromLogWorker>) => {
      if (data.type === 'size') {
        forgetLastBlock();
        setSize(data);
        if (!data.loading) setFailed(null);
      } else if (data.type === 'rows') {
        keep(data.from / blockRows, data.rows);
        redraw((before) => before + 1);
      } else if (data.type === 'hits') setHits({ rows: data.rows, text: data.text });
      else setFailed(data.message);
    };
    tell({ type: 'open', origin: window.location.origin, token: readToken(), choice: { run, step, item } });
    return () => own.terminate();

    /** The block at the end was short when it was read; lines may have come to it. A heading may have come before all. */
    function forgetLastBlock(): void {
      for (const [index, rows] of blocks.current) if (rows.length < blockRows) blocks.current.delete(index);
      asked.current.clear();
    }
    function keep(index: number, rows: readonly LogRow[]): void {
      blocks.current.delete(index);
      blocks.current.set(index, rows);
      asked.current.delete(index);
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

  const row = (index: number): LogRow | undefined => {
    const block = Math.floor(index / blockRows);
    const rows = blocks.current.get(block);
    if (rows === undefined && !asked.current.has(block)) {
      asked.current.add(block);
      tell({ type: 'read', from: block * blockRows, to: (block + 1) * blockRows });
    }
    return rows?.[index - block * blockRows];
  };
  const search = useCallback((text: string) => tell({ type: 'search', text }), [tell]);
  return { ...size, failed, row, hits: hits.rows, searched: hits.text, search };
}
