import { afterEach, beforeEach, describe } from 'vitest';
import { accountFacts } from './conformance/accounts.ts';
import { apiKeyFacts } from './conformance/api-keys.ts';
import { auditFacts } from './conformance/audits.ts';
import { cacheFacts } from './conformance/caches.ts';
import { changeFacts } from './conformance/changes.ts';
import { definitionFacts } from './conformance/definitions.ts';
import { deliveryFacts } from './conformance/deliveries.ts';
import { eventFacts } from './conformance/events.ts';
import { historyFacts } from './conformance/history.ts';
import { identityFacts } from './conformance/identities.ts';
import { joinFacts } from './conformance/joins.ts';
import { limitedRunFacts } from './conformance/limited-runs.ts';
import { loginRequestFacts } from './conformance/login-requests.ts';
import { queryFacts } from './conformance/queries.ts';
import { raceFacts } from './conformance/races.ts';
import { reachFacts } from './conformance/reaches.ts';
import { roleFacts } from './conformance/roles.ts';
import { runFacts } from './conformance/runs.ts';
import { scheduleFacts } from './conformance/schedules.ts';
import { secretFacts } from './conformance/secrets.ts';
import { sessionFacts } from './conformance/sessions.ts';
import { slotRaceFacts } from './conformance/slot-races.ts';
import { slotFacts } from './conformance/slots.ts';
import type { ConformanceStore, OpenForConformance } from './conformance/subject.ts';
import { textFacts } from './conformance/texts.ts';
import { outboxFacts, waitFacts } from './conformance/waits.ts';
import { workerFacts, workFacts } from './conformance/workers.ts';

/** Every promise of the store's ports, as tests. Each adapter runs them on the real thing, each test on a fresh store. */
export function storeConformance(name: string, open: OpenForConformance): void {
  const parts = {
    'runs and commits': runFacts,
    'several servers at once': raceFacts,
    'texts and sizes': textFacts,
    work: workFacts,
    workers: workerFacts,
    waits: waitFacts,
    outbox: outboxFacts,
    events: eventFacts,
    slots: slotFacts,
    'slots and several servers': slotRaceFacts,
    'runs that wait for limits': limitedRunFacts,
    cache: cacheFacts,
    'plans and workspaces': definitionFacts,
    schedules: scheduleFacts,
    deliveries: deliveryFacts,
    history: historyFacts,
    secrets: secretFacts,
    accounts: accountFacts,
    'roles and groups': roleFacts,
    sessions: sessionFacts,
    'API keys': apiKeyFacts,
    'outside identities': identityFacts,
    'logins of command lines': loginRequestFacts,
    'workers that join': joinFacts,
    'audit log': auditFacts,
    'change feed': changeFacts,
    queries: queryFacts,
    'what somebody may see': reachFacts,
  };
  describe(`${name} keeps the promises of the store`, () => {
    let current: ConformanceStore | null = null;
    const subject = (): ConformanceStore => {
      if (current === null) throw new Error('There is a store only while a test runs.');
      return current;
    };
    beforeEach(async () => {
      current = await open();
    });
    afterEach(async () => {
      await current?.dispose();
      current = null;
    });
    for (const [part, facts] of Object.entries(parts)) describe(part, () => facts(subject));
  });
}
