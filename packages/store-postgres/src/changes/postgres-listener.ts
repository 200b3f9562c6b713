// Hints between servers through LISTEN and NOTIFY, on one connection that does nothing else.
//
// The connection is made for the first listener. When it breaks, or does not answer a question asked now and then, it is cut
// and made again, at first at once and then less and less often; hints of the time between are lost, so every listener is
// told of a gap once the new connection listens.
import type { ChangeFeed } from '@millrace/engine';
import pg, { type ClientConfig } from 'pg';
import { cuttable } from '../connections/connection-settings.ts';
import { wrapPostgresError } from '../connections/postgres-error.ts';

type Listener = Parameters<ChangeFeed['listen']>[0];
type Line = Readonly<{ client: pg.Client; cut: () => void }>;

const questionEveryMs = 15_000;
const answerWithinMs = 10_000;
const slowestRetryMs = 5_000;

export class PostgresListener implements Pick<ChangeFeed, 'listen'> {
  readonly #config: ClientConfig;
  readonly #channel: string;
  readonly #onError: (error: unknown) => void;
  readonly #listeners = new Set<Listener>();
  #line: Promise<Line> | null = null;
  #question: NodeJS.Timeout | null = null;
  #retry: NodeJS.Timeout | null = null;
  #closed = false;

  constructor(config: ClientConfig, channel: string, onError: (error: unknown) => void) {
    this.#config = { ...config, query_timeout: answerWithinMs };
    this.#channel = channel;
    this.#onError = onError;
  }

  async listen(listener: Listener): Promise<() => Promise<void>> {
    const own = { ...listener };
    // Added before the connection stands: a break at this moment shall reach this listener as well.
    this.#listeners.add(own);
    try {
      if (this.#closed) throw new Error('The store was closed');
      this.#line ??= this.#connect();
      await this.#line;
    } catch (error) {
      this.#listeners.delete(own);
      if (this.#retry === null) this.#line = null;
      throw wrapPostgresError(error, 'listen for changes');
    }
    return async () => {
      this.#listeners.delete(own);
    };
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#listeners.clear();
    if (this.#question !== null) clearInterval(this.#question);
    if (this.#retry !== null) {
      clearTimeout(this.#retry);
      return;
    }
    const line = await this.#line?.catch(() => null);
    this.#line = null;
    await line?.client.end();
  }

  async #connect(): Promise<Line> {
    const { config, cut } = cuttable(this.#config);
    const client = new pg.Client(config);
    const line = { client, cut };
    client.on('error', (error) => this.#broken(line, error));
    client.on('end', () => this.#broken(line, new Error('Connection terminated')));
    client.on('notification', ({ payload }) => {
      for (const listener of [...this.#listeners]) listener.onHint(payload ?? '');
    });
    try {
      await client.connect();
      await client.query(`listen ${pg.escapeIdentifier(this.#channel)}`);
    } catch (error) {
      cut();
      throw error;
    }
    this.#watch(line);
    return line;
  }

  #watch(line: Line): void {
    if (this.#question !== null) clearInterval(this.#question);
    this.#question = setInterval(() => {
      line.client.query('select 1').catch((error) => this.#broken(line, error));
    }, questionEveryMs);
    this.#question.unref();
  }

  /** Whatever tells first that this connection is gone; later news of the same one are ignored. */
  #broken(line: Line, error: unknown): void {
    const current = this.#line;
    if (this.#closed || current === null) return;
    void current.then(
      (standing) => {
        if (standing !== line || this.#line !== current || this.#closed) return;
        this.#onError(wrapPostgresError(error, 'listen for changes'));
        line.cut();
        this.#connectAgain(0);
      },
      () => undefined,
    );
  }

  #connectAgain(delayMs: number): void {
    this.#line = new Promise<Line>((resolve, reject) => {
      this.#retry = setTimeout(() => {
        this.#retry = null;
        this.#connect().then(resolve, reject);
      }, delayMs);
    });
    const attempt = this.#line;
    attempt.then(
      () => {
        for (const listener of [...this.#listeners]) listener.onGap();
      },
      () => {
        if (this.#closed || this.#line !== attempt) return;
        this.#connectAgain(Math.min(slowestRetryMs, Math.max(50, delayMs * 2)));
      },
    );
  }
}
