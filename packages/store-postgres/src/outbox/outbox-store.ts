import { type OutboxMessage, runId } from '@millrace/core';
import type { OutboxStore, StoredMessage } from '@millrace/engine';
import type { Database } from '../connections/database.ts';
import { readStatement } from '../connections/statement.ts';

const takeOldMessages = readStatement(import.meta.url, 'take-old-messages');
const removeMessages = readStatement(import.meta.url, 'remove-messages');

type MessageRow = Readonly<{ run: string; version: number; ordinal: number; document: string }>;

export function createOutboxStore(database: Database): OutboxStore {
  return {
    async takeOld({ olderThanMs, hideMs, limit }) {
      const values = [Math.round(olderThanMs), limit, Math.round(hideMs)];
      return (await database.query<MessageRow>(takeOldMessages, values)).map(decodeMessage);
    },
    async remove(keys) {
      if (keys.length === 0) return;
      await database.query(removeMessages, [
        keys.map(({ run }) => run),
        keys.map(({ version }) => version),
        keys.map(({ ordinal }) => ordinal),
      ]);
    },
  };
}

function decodeMessage({ run, version, ordinal, document }: MessageRow): StoredMessage {
  const message = JSON.parse(document) as OutboxMessage;
  return { key: { run: runId(run), version, ordinal }, run: runId(run), message };
}
