import { runId } from '@millrace/core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createCheckedServer } from '../../testkit/checked-server.ts';
import { record } from '../../testkit/lines.ts';

let server: ReturnType<typeof createCheckedServer>;
let url = '';
let run = runId('');
beforeEach(async () => {
  server = createCheckedServer({ limits: { followPollMs: 20, closeGraceMs: 500 } });
  url = `http://127.0.0.1:${(await server.listen()).port}`;
  run = await server.fake.start();
});
afterEach(() => server.close());

const read = (query: string) => fetch(`${url}/api/v1/runs/${run}/logs/content${query}`);
const one = '?step=build&item=-1&iteration=0&attempt=1';

/** Reads a followed log piece by piece: `until` resolves when all that came holds the text. */
async function follow(query = '') {
  const response = await read(`${query === '' ? '?' : `${query}&`}follow=true`);
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  return {
    status: response.status,
    async until(part: string): Promise<string> {
      while (!text.includes(part)) {
        const { done, value } = (await reader?.read()) ?? { done: true };
        if (done) throw new Error(`The log ended before "${part}": ${text}`);
        text += value;
      }
      return text;
    },
    async rest(): Promise<string> {
      for (;;) {
        const { done, value } = (await reader?.read()) ?? { done: true };
        if (done) return text;
        text += value;
      }
    },
    stop: () => reader?.cancel(),
  };
}

describe('reading logs', () => {
  test('gives all logs in the order of the steps, each line with its step', async () => {
    server.fake.appendLog(run, { step: 'test', attempt: 2 }, record('third'));
    server.fake.appendLog(run, { step: 'test' }, record('second'));
    server.fake.appendLog(run, {}, record('first'));
    expect(await (await read('')).text()).toBe('build | first\ntest | second\ntest #2 | third\n');
    expect(await (await read('?step=test&attempt=2')).text()).toBe('third\n');
  });

  test('of a run without logs gives nothing; of a step that there is not, an error with the steps', async () => {
    expect([(await read('')).status, await (await read('')).text()]).toEqual([200, '']);
    expect(await (await read('?step=biuld')).json()).toMatchObject({
      error: { code: 'log_not_found', hint: 'Its steps: build, test.' },
    });
    expect((await fetch(`${url}/api/v1/runs/99/logs/content`)).status).toBe(404);
  });

  test('in parts gives whole lines, and following the offsets gives all of them once', async () => {
    const lines = Array.from({ length: 500 }, (_, index) => `line ${index} ${'x'.repeat(index % 90)}`);
    server.fake.appendLog(run, {}, lines.map((line) => record(line)).join(''));
    let offset = 0;
    let text = '';
    for (let parts = 0; parts < 200; parts += 1) {
      const response = await read(`${one}&offset=${offset}&limit=700`);
      text += await response.text();
      const next = Number(response.headers.get('millrace-next-offset'));
      expect(response.headers.get('millrace-log-complete')).toBe('false');
      if (next === offset) break;
      offset = next;
    }
    expect(text).toBe(`${lines.join('\n')}\n`);
    server.fake.end(run, 'succeeded');
    expect((await read(`${one}&offset=${offset}&limit=700`)).headers.get('millrace-log-complete')).toBe('true');
  });

  test('with a limit below one record gives that record', async () => {
    server.fake.appendLog(run, {}, record('a') + record('b'));
    const response = await read(`${one}&limit=1`);
    expect([await response.text(), response.headers.get('millrace-next-offset')]).toEqual([
      'a\n',
      String(record('a').length),
    ]);
  });

  test('without a limit tells in a header where to go on', async () => {
    server.fake.appendLog(run, {}, record('a') + record('b'));
    const response = await read(`?step=build&offset=${record('a').length}`);
    expect([await response.text(), response.headers.get('millrace-next-offset')]).toEqual([
      'b\n',
      String(2 * record('a').length),
    ]);
  });

  test('gives more than one page of the engine, byte by byte as it was stored', async () => {
    const stored = Array.from({ length: 30_000 }, (_, index) => record(`${index} ${'ä'.repeat(40)}`)).join('');
    expect(Buffer.byteLength(stored)).toBeGreaterThan(3 * 1024 * 1024);
    server.fake.appendLog(run, {}, stored);
    expect((await (await read('?format=raw')).text()) === stored).toBe(true);
    server.fake.appendLog(run, { step: 'test' }, stored);
    expect((await (await read('?format=raw')).text()) === stored + stored).toBe(true);
  });

  test('by offset needs a choice of one log', async () => {
    server.fake.appendLog(run, {}, record('a'));
    server.fake.appendLog(run, { attempt: 2 }, record('b'));
    for (const query of [
      '?offset=0',
      '?step=build&limit=5',
      '?step=build&offset=1&follow=true',
      `${one}&limit=5&follow=true`,
    ]) {
      expect(await (await read(query)).json()).toMatchObject({ error: { code: 'invalid_request' } });
    }
  });
});

describe('following logs', () => {
  test('gives lines as they are written, and ends with the run', async () => {
    server.fake.appendLog(run, {}, record('before'));
    const log = await follow();
    await log.until('before');
    server.fake.appendLog(run, {}, record('one'));
    await log.until('build | one');
    server.fake.appendLog(run, { step: 'test' }, record('other'));
    await log.until('test | other');
    server.fake.appendLog(run, {}, record('par', 'P'));
    server.fake.appendLog(run, {}, record('tial'));
    server.fake.end(run, 'succeeded');
    expect(await log.rest()).toBe('build | before\nbuild | one\ntest | other\nbuild | partial\n');
  });

  test('finds what no event tells of, because it was written through another server', async () => {
    const log = await follow('?format=json');
    server.fake.appendLog(run, {}, record('quiet'), { silent: true });
    expect(JSON.parse(await log.until('quiet'))).toMatchObject({
      step: 'build',
      text: 'quiet',
      next_offset: record('quiet').length,
    });
    server.fake.appendLog(run, {}, record('last'), { silent: true });
    server.fake.end(run, 'failed');
    expect((await log.rest()).trimEnd().split('\n').length).toBe(2);
  });

  test('from an offset leaves out what was before, also of a log that comes later', async () => {
    server.fake.appendLog(run, {}, record('old') + record('new'));
    const log = await follow(`${one}&offset=${record('old').length}`);
    await log.until('new');
    server.fake.appendLog(run, {}, record('newer'));
    server.fake.end(run, 'succeeded');
    expect(await log.rest()).toBe('new\nnewer\n');
  });

  test('of an ended run gives everything and ends', async () => {
    server.fake.appendLog(run, {}, record('all'));
    server.fake.end(run, 'succeeded');
    expect(await (await follow()).rest()).toBe('build | all\n');
  });

  test('stops its work when the reader goes', async () => {
    const log = await follow();
    server.fake.appendLog(run, {}, record('a'));
    await log.until('a');
    expect(server.fake.listeners()).toBe(1);
    await log.stop();
    await expect.poll(() => server.fake.listeners()).toBe(0);
  });

  test('breaks off, without an end, when the server closes', async () => {
    const log = await follow();
    server.fake.appendLog(run, {}, record('a'));
    await log.until('a');
    await server.close();
    await expect(log.rest()).rejects.toThrow();
    expect(server.fake.listeners()).toBe(0);
  });
});
