import pg, { type ClientConfig, type QueryArrayConfig } from 'pg';
import { cuttable } from './connection-settings.ts';
import { wrapPostgresError } from './postgres-error.ts';

type Line = Readonly<{ client: pg.Client; cut: () => void }>;

/**
 * One connection of its own for commits, so that they neither wait for a free one nor prepare their statements twice.
 * It connects when it is needed; a connection that broke is left behind, and the next statement opens another.
 */
export class Writer {
  readonly #config: ClientConfig;
  readonly #onError: (error: unknown) => void;
  #line: Promise<Line> | null = null;
  #closed = false;

  constructor(config: ClientConfig, onError: (error: unknown) => void) {
    this.#config = { ...config, pipeline: true };
    this.#onError = onError;
  }

  async query(statement: QueryArrayConfig<unknown[]>, action: string): Promise<readonly (readonly unknown[])[]> {
    const opened = this.#open();
    let line: Line;
    try {
      line = await opened;
    } catch (error) {
      this.#leave(opened);
      throw wrapPostgresError(error, action);
    }
    try {
      const result = await line.client.query<unknown[]>(statement);
      return result.rows;
    } catch (error) {
      const wrapped = wrapPostgresError(error, action);
      if (wrapped.code === 'store_unavailable') {
        this.#leave(opened);
        line.cut();
      }
      throw wrapped;
    }
  }

  /** Waits for what is on its way. */
  async close(): Promise<void> {
    this.#closed = true;
    const line = await this.#line?.catch(() => null);
    this.#line = null;
    await line?.client.end();
  }

  #open(): Promise<Line> {
    if (this.#closed) throw wrapPostgresError(new Error('The store was closed'), 'commit');
    this.#line ??= this.#connect();
    return this.#line;
  }

  async #connect(): Promise<Line> {
    const { config, cut } = cuttable(this.#config);
    const client = new pg.Client(config);
    const line = { client, cut };
    client.on('error', (error) => {
      this.#onError(error);
      // By now `#line` may be a newer connection that cannot be made; whoever asked for that one is told.
      void this.#line?.then(
        (current) => {
          if (current === line) this.#line = null;
        },
        () => undefined,
      );
    });
    try {
      await client.connect();
    } catch (error) {
      cut();
      throw error;
    }
    return line;
  }

  #leave(opened: Promise<Line>): void {
    if (this.#line === opened) this.#line = null;
  }
}
