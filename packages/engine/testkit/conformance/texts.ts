import { expect, it } from 'vitest';
import { change, createRun, creation, ended, freshId, head, key, lane, only, wait, work, worker } from './samples.ts';
import type { ConformanceStore } from './subject.ts';

const texts = [
  '""',
  JSON.stringify('\u0000\u001e\u001f\u0001 " \' \\ {} , null 😀 \u2028 \ud800'),
  '"raw \u001f and \u001e inside"',
  '"\u001e"',
  'null',
  '{"spaced" :\t[ 1 ,\n2 ] }',
  JSON.stringify('x'.repeat(1_000_000)),
  JSON.stringify('ä\u0000"'.repeat(100_000)),
];

export function textFacts(subject: () => ConformanceStore): void {
  it('every document comes back as it was given, whatever characters it holds', async () => {
    const { store } = subject();
    const ids = await store.runs.allocateIds(texts.length);
    const batch = ids.map((id, index) => {
      const text = texts[index] ?? '';
      return creation(
        id,
        {
          head: head({ control: index % 2 === 0 ? text : null, output: text }),
          attempts: [ended({ input: text, output: null }), ended({ attempt: 2, input: null, output: text })],
          work: [work({ step: 1, document: text })],
          waits: [wait({ document: text })],
          outbox: [{ kind: 'cancel_children', from: null, reason: text, by: text }],
        },
        { trigger: { type: 'api', text } },
        text,
      );
    });
    expect((await store.runs.commit(batch, null)).committed.size).toBe(texts.length);
    const loaded = await store.runs.load(ids);
    loaded.forEach(({ run, attempts, work: works, waits }, index) => {
      const text = texts[index];
      expect(run.trigger.text).toBe(text);
      expect([run.input, run.output, run.control]).toEqual([text, text, index % 2 === 0 ? text : null]);
      expect(attempts.map(({ input, output }) => [input, output])).toEqual([
        [text, null],
        [null, text],
      ]);
      expect(only(works).document).toBe(text);
      expect(only(waits).document).toBe(text);
    });
    const messages = await store.outbox.takeOld({ olderThanMs: 0, hideMs: 0, limit: 100 });
    expect(messages.map(({ message }) => 'by' in message && message.by)).toEqual(texts);
  });

  it('names of workers, workspaces and workflows may be any text without NUL', async () => {
    const { store } = subject();
    const odd = 'a "b" \\ {c},d \u001f\u001e NULL 😀';
    for (const name of [odd, 'NULL', 'null', '{}', ',', '\\']) {
      const described = { ...worker(name), name };
      await store.workers.register(described, 1_000);
      const id = await createRun(
        store,
        { work: [work({ worker: described.id })], attempts: [ended({ step: 1, worker: described.id })] },
        { workspace: name, workflow: name, revision: name },
      );
      const held = only(await store.work.heldBy(described.id));
      expect(held.origin).toMatchObject({ id, workspace: name, workflow: name, revision: name });
      expect(held.work.worker).toBe(name);
      expect(only(only(await store.runs.load([id])).attempts).worker).toBe(name);
    }
  });

  it('a fan-out of 100,000 items is one commit, and so is its end', { timeout: 120_000 }, async () => {
    const { store } = subject();
    const count = 100_000;
    const document = '{"input":{"item":"some text of usual length"},"names":{}}';
    const id = await freshId(store);
    const items = Array.from({ length: count }, (_, item) => work({ item, document }));
    expect((await store.runs.commit([creation(id, { work: items })], null)).committed.size).toBe(1);
    expect(await store.work.claim({ worker: worker('w').id, lanes: [lane], limit: 1_000 })).toHaveLength(1_000);
    const { committed } = await store.runs.commit(
      [
        change(id, 1, {
          attempts: Array.from({ length: count }, (_, item) => ended({ item, output: JSON.stringify(`out ${item}`) })),
          workDone: Array.from({ length: count }, (_, item) => key({ item })),
        }),
      ],
      null,
    );
    expect(committed.size).toBe(1);
    const { attempts, work: left } = only(await store.runs.load([id]));
    expect(left).toEqual([]);
    expect(attempts).toHaveLength(count);
    expect(attempts.every(({ item, output }, index) => item === index && output === `"out ${index}"`)).toBe(true);
  });
}
