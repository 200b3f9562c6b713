import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { Writer } from './writer.ts';

describe('the writer', () => {
  // `pg` may report the end of a connection after the next one was begun, and refused, already.
  it('survives the late end of a connection while the next one is refused', async () => {
    const unhandled: unknown[] = [];
    const note = (cause: unknown): void => void unhandled.push(cause);
    process.on('unhandledRejection', note);
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      // Enough of the protocol to be let in (authentication ok, ready for query), then told to go.
      socket.once('data', () => {
        socket.write(Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 0, 0x5a, 0, 0, 0, 5, 0x49]));
        socket.once('data', () => {
          server.close();
          const fields = Buffer.from('SFATAL\0C57P01\0Mgoing\0\0');
          const length = Buffer.alloc(4);
          length.writeInt32BE(fields.length + 4);
          socket.write(Buffer.concat([Buffer.from('E'), length, fields]));
        });
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('It has a port.');
    const told: unknown[] = [];
    const writer = new Writer({ host: '127.0.0.1', port: address.port, user: 'x', database: 'x' }, (error) =>
      told.push(error),
    );
    const statement = { text: 'select 1', values: [], rowMode: 'array' as const };
    const again = writer.query(statement, 'commit').catch(() => writer.query(statement, 'commit'));
    await expect(again).rejects.toMatchObject({ code: 'store_unavailable' });
    for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', note);
    expect(told.length).toBeGreaterThan(0);
    expect(unhandled).toEqual([]);
    await writer.close();
  });
});
