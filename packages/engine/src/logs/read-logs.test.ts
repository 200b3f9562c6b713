import { formatLogLine, type LogChunk, runId } from '@millrace/core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type HandWorker, startTestEngine, type TestEngine } from '../../test/test-engine.ts';

const yaml = `
workflows:
  w:
    steps:
      one: { type: shell, cmd: "true" }
      each: { type: shell, cmd: "true", for_each: [a, b] }
`;

let open: TestEngine;
let run: ReturnType<typeof runId>;
let worker: HandWorker;
beforeEach(async () => {
  open = await startTestEngine(yaml);
  worker = open.worker('w');
  await worker.sync();
  run = await open.start('w');
  await worker.sync();
});
afterEach(() => open.stop());

const line = (text: string): string => formatLogLine({ at: 0, stream: 'stdout', full: true, text });
const write = (step: number, item: number, text: string, offset = 0): Promise<void> => {
  const chunk: LogChunk = { run, step, item, iteration: 0, attempt: 1, offset, data: Buffer.from(text) };
  return open.engine.workers.appendLogs([chunk]);
};
const read = async (request: Partial<Parameters<typeof open.engine.readLogs>[0]> = {}) => {
  const page = await open.engine.readLogs({ run, ...request });
  return { ...page, text: page.chunks.map(({ data }) => Buffer.from(data).toString()).join('') };
};

describe('logs', () => {
  test('are read over all attempts in the order of steps and items, or of those that are asked for', async () => {
    await write(1, 1, line('second item'));
    await write(0, -1, line('one'));
    await write(1, 0, line('first item'));
    expect((await read()).text).toBe(line('one') + line('first item') + line('second item'));
    expect((await read({ step: 'each' })).text).toBe(line('first item') + line('second item'));
    expect((await read({ step: 'each', item: 1 })).text).toBe(line('second item'));
    expect((await read({ step: 'each', item: 1, iteration: 0, attempt: 1 })).text).toBe(line('second item'));
    expect((await read({ step: 'nothing' })).text).toBe('');
    expect(await open.engine.listLogs(run)).toMatchObject([
      { step: 'one', item: -1, sizeBytes: line('one').length },
      { step: 'each', item: 0 },
      { step: 'each', item: 1 },
    ]);
  });

  test('that are sent again, whole or with more, are there once', async () => {
    await write(0, -1, line('a'));
    await write(0, -1, line('b'), line('a').length);
    await write(0, -1, line('a') + line('b') + line('c'));
    expect((await read()).text).toBe(line('a') + line('b') + line('c'));
  });

  test('are given in pages that end at the end of a line and go on where the last one ended', async () => {
    const lines = Array.from({ length: 50 }, (_, index) => line(`line ${index}`));
    await write(0, -1, lines.slice(0, 30).join(''));
    await write(0, -1, lines.slice(30).join(''), lines.slice(0, 30).join('').length);
    let text = '';
    let from: Awaited<ReturnType<typeof read>>['next'] = null;
    for (let pages = 0; pages < 100; pages += 1) {
      const page = await read({ limitBytes: 200, ...(from === null ? {} : { from }) });
      expect(page.text.endsWith('\n') || page.text === '').toBe(true);
      text += page.text;
      from = page.next;
      if (page.text === '') break;
    }
    expect(text).toBe(lines.join(''));
    expect((await read({ step: 'one', offset: lines[0]?.length ?? 0, limitBytes: 60 })).text).toBe(lines[1]);
  });

  test('are complete only when the run has ended and all was given', async () => {
    await write(0, -1, line('one'));
    expect((await read()).complete).toBe(false);
    await worker.succeed('one');
    await worker.succeed('each', null, 0);
    await worker.succeed('each', null, 1);
    expect((await read()).complete).toBe(true);
    expect((await read({ limitBytes: 5 })).complete).toBe(false);
    await expect(open.engine.readLogs({ run: runId('999') })).rejects.toMatchObject({ code: 'run_not_found' });
  });
});
