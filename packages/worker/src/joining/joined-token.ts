// A worker with a token of its own: joins once, goes on from its file when it starts again, and replaces the token now and then.
//
// Several processes may share a file: they are one worker. Whoever finds that the file has another token than it knows uses that.
import { setTimeout as wait } from 'node:timers/promises';
import { MillraceError, readWorkerToken, type WorkerBounds } from '@millrace/core';
import type { ShownToken } from '../protocol/server-calls.ts';
import { backoffMs } from '../sync/backoff.ts';
import type { WorkerLogger } from '../worker.ts';
import { createJoinCalls, type JoinCalls, newWorkerToken } from './join-calls.ts';
import { createTokenFile, type KeptToken, type TokenFile } from './token-file.ts';

export type JoinOptions = Readonly<{
  url: string;
  tokenFile: string;
  /** Needed while the worker has not joined. */
  joinToken?: string;
  /** How people see the worker. */
  name: string;
  logger: WorkerLogger;
  /** Ends the wait for a server that cannot be reached. */
  signal?: AbortSignal;
}>;

export type JoinedToken = ShownToken &
  Readonly<{
    /** The joined worker; ids of its processes begin with it. */
    id: string;
    /** What it may serve; null: it joined before, and its server knows. */
    bounds: WorkerBounds | null;
    /** From now on it replaces the token when it is due. */
    start(): void;
    stop(): void;
  }>;

const maxPauseMs = 30_000;
/** When a replacement did not come about. */
const againMs = 60_000;
const longestTimerMs = 2 ** 31 - 1;

/**
 * Joins, or goes on from the file. Tries for as long as the server cannot be reached. null: it was told to stop before. Codes:
 * join_refused, worker_revoked, unauthorized, rate_limited, configuration.
 */
export async function openJoinedToken(options: JoinOptions): Promise<JoinedToken | null> {
  const file = createTokenFile(options.tokenFile);
  const calls = createJoinCalls(options.url);
  const found = await file.read();
  if (found !== null && found.server !== options.url) throw otherServer(file, found, options.url);
  const kept = found ?? (await begin(file, options.url));
  const opened = await patiently(options, () => settle(kept, file, calls, options));
  return opened === null ? null : createJoinedToken(opened.kept, opened.bounds, file, calls, options.logger);
}

/** A token that the server does not know yet. */
async function begin(file: TokenFile, server: string): Promise<KeptToken> {
  const token = newWorkerToken();
  const kept = { server, token, next: null, joined: false, since: Date.now(), rotateAfterMs: 0 };
  await file.write(kept);
  return kept;
}

type Opened = Readonly<{ kept: KeptToken; bounds: WorkerBounds | null }>;

async function settle(found: KeptToken, file: TokenFile, calls: JoinCalls, options: JoinOptions): Promise<Opened> {
  const { joinToken, name, logger } = options;
  if (found.joined || joinToken === undefined) {
    const isDue = !found.joined || found.next !== null || Date.now() - found.since >= found.rotateAfterMs;
    if (!isDue) return { kept: found, bounds: null };
    try {
      return { kept: await replace(found, file, calls), bounds: null };
    } catch (error) {
      if (!(error instanceof MillraceError) || error.code !== 'unauthorized') throw error;
      if (joinToken === undefined) throw found.joined ? error : notJoined(file);
      logger.warn({ err: error }, 'the server does not know this worker any more; it joins again');
      return settle(await begin(file, options.url), file, calls, options);
    }
  }
  const { bounds, rotate_after_ms: rotateAfterMs } = await calls.join(joinToken, found.token, name);
  const kept = { ...found, joined: true, since: Date.now(), rotateAfterMs };
  await file.write(kept);
  return { kept, bounds };
}

/** Replaces the token; what takes its place stands in the file before the server hears of it. */
async function replace(found: KeptToken, file: TokenFile, calls: JoinCalls): Promise<KeptToken> {
  const next = found.next ?? newWorkerToken(idOf(found));
  if (found.next === null) await file.write({ ...found, next });
  const { rotate_after_ms: rotateAfterMs } = await calls.rotate(found.token, next).catch((error: unknown) => {
    // It may have taken its place before this process began, and longer ago than the other one is good.
    if (error instanceof MillraceError && error.code === 'unauthorized') return calls.rotate(next, next);
    throw error;
  });
  const kept = { ...found, token: next, next: null, joined: true, since: Date.now(), rotateAfterMs };
  await file.write(kept);
  return kept;
}

function createJoinedToken(
  opened: KeptToken,
  bounds: WorkerBounds | null,
  file: TokenFile,
  calls: JoinCalls,
  logger: WorkerLogger,
): JoinedToken {
  let kept = opened;
  let timer: NodeJS.Timeout | undefined;
  let running = false;

  async function refresh(): Promise<boolean> {
    const found = await file.read().catch(() => null);
    if (found === null || found.server !== kept.server || found.token === kept.token) return false;
    kept = found;
    return true;
  }

  async function rotate(): Promise<void> {
    try {
      if (!(await refresh())) kept = await replace((await file.read()) ?? kept, file, calls);
      logger.info({ worker: idOf(kept) }, 'the worker has a new token');
      schedule(kept.since + kept.rotateAfterMs - Date.now());
    } catch (error) {
      if (await refresh()) schedule(kept.since + kept.rotateAfterMs - Date.now());
      else {
        logger.warn({ err: error }, "the worker's token could not be replaced; it is tried again");
        schedule(againMs);
      }
    }
  }

  function schedule(ms: number): void {
    if (!running) return;
    timer = setTimeout(() => void rotate(), Math.min(Math.max(ms, againMs), longestTimerMs));
    timer.unref();
  }

  return {
    id: idOf(kept),
    bounds,
    current: () => kept.token,
    refresh,
    start() {
      running = true;
      schedule(kept.since + kept.rotateAfterMs - Date.now());
    },
    stop() {
      running = false;
      clearTimeout(timer);
    },
  };
}

async function patiently<Answer>(
  { logger, signal }: Pick<JoinOptions, 'logger' | 'signal'>,
  ask: () => Promise<Answer>,
): Promise<Answer | null> {
  for (let failures = 1; signal?.aborted !== true; failures += 1) {
    try {
      return await ask();
    } catch (error) {
      const isPassing = error instanceof MillraceError && error.retryable && error.code !== 'rate_limited';
      if (!isPassing) throw error;
      if (failures === 1) logger.warn({ err: error }, 'the server cannot be reached; the worker goes on trying');
      await wait(backoffMs(failures, maxPauseMs), undefined, signal === undefined ? {} : { signal }).catch(() => null);
    }
  }
  return null;
}

const idOf = ({ token }: KeptToken): string => readWorkerToken(token)?.id ?? '';

const otherServer = ({ path }: TokenFile, { server }: KeptToken, url: string): MillraceError =>
  new MillraceError('configuration', `The token file ${path} is for the server ${server}, not for ${url}.`, {
    hint: 'Name another one with --token-file. If it is the same server under another address, change it in the file.',
  });

const notJoined = ({ path }: TokenFile): MillraceError =>
  new MillraceError('configuration', `The worker of the token file ${path} has not joined yet.`, {
    hint: 'Start it with --join-token: millrace worker join-token create makes one.',
  });
