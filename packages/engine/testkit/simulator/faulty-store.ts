// The store as one server sees it: over a network that is slow, loses calls and answers, and through the server's own
// death. Every call is two events: it reaches the store, its answer comes back.
import { MillraceError } from '@millrace/core';
import type { GrantOutcome, RunCommit, Store } from '../../src/ports/index.ts';
import { breakStore } from './break-store.ts';
import { breakCommit } from './breakages.ts';
import type { Random } from './random.ts';
import { controlOf } from './run-checks.ts';
import { Violation } from './violation.ts';
import { note, type World } from './world.ts';

/** One life of a server, from its start to its crash. */
export type Life = {
  readonly name: string;
  alive: boolean;
  /** Store calls until it crashes; null: no crash is planned. */
  fuse: number | null;
  crash(): void;
};

export type FaultyStoreOptions = Readonly<{
  world: World;
  store: Store;
  life: Life;
  random: Random;
}>;

const unavailable = (what: string): MillraceError =>
  new MillraceError('store_unavailable', `The simulated store ${what}.`);
/** How long a server waits for an answer that does not come. */
export const lostCallMs = 1_000;

export function createFaultyStore(options: FaultyStoreOptions): Store {
  const { world, life, random } = options;
  const store = breakStore(world.breakage, options.store);
  const { scenario, time, weather, counts } = world;

  const delay = (): number => {
    if (!weather.faults) return random.int(0, Math.min(2, scenario.storeDelayMs));
    return random.chance(scenario.storeSlow) ? random.int(50, 800) : random.int(0, scenario.storeDelayMs);
  };
  const loses = (permille: number): boolean => weather.faults && random.chance(permille);

  /** Where in a call the server dies: before it leaves, on its way, or after the store acted on it. */
  const burn = (): 'before' | 'on_its_way' | 'after' | null => {
    if (life.fuse === null) return null;
    life.fuse -= 1;
    return life.fuse > 0 ? null : random.pick(['before', 'on_its_way', 'after']);
  };

  const call = <Answer>(name: string, act: () => Promise<Answer>): Promise<Answer> =>
    new Promise((resolve, reject) => {
      if (!life.alive) return;
      const death = burn();
      if (death === 'before') return life.crash();
      const failLater = (ms: number, what: string) => {
        time.after(ms, () => life.alive && reject(unavailable(what)));
      };
      const arrive = async () => {
        if (weather.outage) return failLater(delay(), 'is away');
        if (loses(scenario.storeLostRequests)) {
          counts.lostStoreRequests += 1;
          note(world, `${life.name} ${name} lost`);
          return failLater(lostCallMs, 'does not answer');
        }
        const answer = await act();
        if (death === 'after') return life.crash();
        if (loses(scenario.storeLostAnswers)) {
          counts.lostStoreAnswers += 1;
          if (name === 'commit') counts.lostCommitAnswers += 1;
          note(world, `${life.name} ${name} answer lost`);
          return failLater(lostCallMs, 'does not answer');
        }
        time.after(delay(), () => life.alive && resolve(answer));
      };
      time.after(delay(), () => {
        arrive().catch((error: unknown) => {
          world.fail(
            error instanceof Violation ? error : new Violation('the_store_refuses', `${name}: ${String(error)}`),
          );
        });
      });
      if (death === 'on_its_way') life.crash();
    });

  const commit = async (batch: readonly RunCommit[], hint: string | null) => {
    const given = world.breakage === null ? batch : await breakCommit(world.breakage, batch, store);
    const outcome = await store.runs.commit(given, hint);
    const text = batch.map((one) => describe(one, outcome.committed.has(one.id))).join(' ');
    note(world, `${life.name} commit ${text}`);
    await world.audit.committed(batch, outcome);
    return outcome;
  };

  const decided = (outcome: GrantOutcome): void => {
    for (const verdict of outcome.verdicts) {
      const { run, step, item, request } = verdict.ref;
      note(world, `${life.name} ${verdict.granted ? 'grants' : verdict.reason} ${run}:${step}.${item}#${request}`);
    }
    world.audit.slots.decided(outcome);
  };

  const takeOld: Store['outbox']['takeOld'] = async (request) => {
    const taken = await store.outbox.takeOld(request);
    counts.messagesRedelivered += taken.length;
    if (taken.length > 0) note(world, `${life.name} takes ${taken.length} old messages`);
    return taken;
  };

  return {
    runs: {
      allocateIds: (count) => call('allocateIds', () => store.runs.allocateIds(count)),
      commit: (batch, hint) => call('commit', () => commit(batch, hint)),
      load: (ids) => call('load', () => store.runs.load(ids)),
      origin: (id) => call('origin', () => store.runs.origin(id)),
      status: (id) => call('status', () => store.runs.status(id)),
      statuses: (ids) => call('statuses', () => store.runs.statuses(ids)),
      findByStartKey: (workspace, key) => call('findByStartKey', () => store.runs.findByStartKey(workspace, key)),
      liveChildren: (parent) => call('liveChildren', () => store.runs.liveChildren(parent)),
    },
    work: {
      claim: (request) =>
        call('claim', async () => {
          const claimed = await store.work.claim(request);
          if (claimed.length > 0) note(world, `${life.name} claims ${claimed.length} for ${request.worker}`);
          world.audit.localRuns.claimed(claimed, request.worker);
          return claimed;
        }),
      readyLanes: () => call('readyLanes', () => store.work.readyLanes()),
      giveBack: (worker, refs) => call('giveBack', () => store.work.giveBack(worker, refs)),
      originOfHeld: (worker, ref) =>
        call('originOfHeld', () =>
          world.breakage === 'secrets_unfenced' ? store.runs.origin(ref.run) : store.work.originOfHeld(worker, ref),
        ),
      heldAmong: (joined, refs) => call('heldAmong', () => store.work.heldAmong(joined, refs)),
      heldBy: (worker) => call('heldBy', () => store.work.heldBy(worker)),
    },
    workers: {
      register: (worker, leaseMs) => call('register', () => store.workers.register(worker, leaseMs)),
      renew: (workers, leaseMs) => call('renew', () => store.workers.renew(workers, leaseMs)),
      expired: (limit) => call('expired', () => store.workers.expired(limit)),
      drain: (worker, draining) => call('drain', () => store.workers.drain(worker, draining)),
      remove: (worker, how) => call('remove', () => store.workers.remove(worker, how)),
    },
    waits: {
      takeDue: (request) =>
        call('takeDue', async () => {
          const due = await store.waits.takeDue(request);
          counts.timersFired += due.length;
          return due;
        }),
      discard: (wait) =>
        call('discard', async () => {
          note(world, `${life.name} discards ${wait.kind} of ${wait.run}`);
          await store.waits.discard(wait);
        }),
      nextDueAt: () => call('nextDueAt', () => store.waits.nextDueAt()),
    },
    cache: {
      find: (keys) => call('findCached', () => store.cache.find(keys)),
      list: (filter, page) => call('listCache', () => store.cache.list(filter, page)),
      clear: (filter) => call('clearCache', () => store.cache.clear(filter)),
      removeExpired: (limit) => call('removeExpired', () => store.cache.removeExpired(limit)),
    },
    events: {
      append: (event) =>
        call('appendEvent', async () => {
          const appended = await store.events.append(event);
          if (appended.created) note(world, `${life.name} stores event ${appended.event.id} ${appended.event.type}`);
          world.audit.events.stored(appended.event);
          return appended;
        }),
      get: (id) => call('getEvent', () => store.events.get(id)),
      takeOld: (request) =>
        call('takeOldEvents', async () => {
          const taken = await store.events.takeOld(request);
          counts.eventsRedelivered += taken.length;
          return taken;
        }),
      delivered: (id, outcome) =>
        call('eventDelivered', async () => {
          await store.events.delivered(id, outcome);
          world.audit.events.delivered(id);
        }),
      waiting: (event, page) => call('waitingForEvent', () => store.events.waiting(event, page)),
      missed: (wait, page) => call('missedEvents', () => store.events.missed(wait, page)),
      removeOld: (request) => call('removeOldEvents', () => store.events.removeOld(request)),
    },
    slots: {
      grant: (workspace, keys) =>
        call('grant', async () => {
          const outcome = await store.slots.grant(workspace, keys);
          counts.holdersCancelled += outcome.cancels.length;
          if (outcome.wakeAt !== null) counts.ratesWaited += 1;
          decided(outcome);
          return outcome;
        }),
      untangle: (request) =>
        call('untangle', async () => {
          const outcome = await store.slots.untangle(request);
          decided(outcome);
          return outcome;
        }),
      untold: (request) =>
        call('untold', async () => {
          const verdicts = await store.slots.untold(request);
          counts.verdictsRetold += verdicts.length;
          return verdicts;
        }),
      waitingKeys: (request) => call('waitingKeys', () => store.slots.waitingKeys(request)),
      sweep: () => call('sweep', () => store.slots.sweep()),
    },
    outbox: {
      takeOld: (request) => call('takeOld', () => takeOld(request)),
      remove: (keys) =>
        call('removeMessages', async () => {
          await store.outbox.remove(keys);
          for (const key of keys) world.audit.removed(key);
          for (const { run } of keys) world.audit.checkTold(run);
        }),
    },
    plans: {
      put: (plans) => call('putPlans', () => store.plans.put(plans)),
      get: (hashes) => call('getPlans', () => store.plans.get(hashes)),
      lanes: () => call('lanes', () => store.plans.lanes()),
    },
    workspaces: {
      publish: (...parameters) => call('publish', () => store.workspaces.publish(...parameters)),
      reject: (...parameters) => call('reject', () => store.workspaces.reject(...parameters)),
      list: () => call('listWorkspaces', () => store.workspaces.list()),
      get: (workspace) => call('getWorkspace', () => store.workspaces.get(workspace)),
      revision: (...parameters) => call('revision', () => store.workspaces.revision(...parameters)),
      history: (...parameters) => call('history', () => store.workspaces.history(...parameters)),
      retire: (options) => call('retire', () => store.workspaces.retire(options)),
    },
    schedules: {
      outdated: () => call('outdatedSchedules', () => store.schedules.outdated()),
      ofWorkspace: (workspace) => call('schedulesOf', () => store.schedules.ofWorkspace(workspace)),
      replace: (request) => call('replaceSchedules', () => store.schedules.replace(request)),
      takeDue: (request) => call('takeDueSchedules', () => store.schedules.takeDue(request)),
      save: (schedules) => call('saveSchedules', () => store.schedules.save(schedules)),
      get: (key) => call('getSchedule', () => store.schedules.get(key)),
      nextDueAt: () => call('nextScheduleAt', () => store.schedules.nextDueAt()),
    },
    history: {
      removeRuns: (request) => call('removeRuns', () => store.history.removeRuns(request)),
      remains: (limit) => call('remainsOfRuns', () => store.history.remains(limit)),
      clear: (runs, limit) => call('clearRuns', () => store.history.clear(runs, limit)),
    },
    deliveries: {
      append: (delivery) => call('appendDelivery', () => store.deliveries.append(delivery)),
      get: (id) => call('getDelivery', () => store.deliveries.get(id)),
      firstAccepted: (workspace, key) => call('firstAccepted', () => store.deliveries.firstAccepted(workspace, key)),
      forget: (request) => call('forgetDeliveries', () => store.deliveries.forget(request)),
    },
    // Nobody signs in or joins here: what runs do does not depend on it.
    accounts: store.accounts,
    roles: store.roles,
    sessions: store.sessions,
    apiKeys: store.apiKeys,
    joins: store.joins,
    identities: store.identities,
    loginRequests: store.loginRequests,
    audit: store.audit,
    secrets: {
      put: (secret) => call('putSecret', () => store.secrets.put(secret)),
      get: (workspace, name) => call('getSecret', () => store.secrets.get(workspace, name)),
      list: (workspace) => call('listSecrets', () => store.secrets.list(workspace)),
      remove: (workspace, name) => call('removeSecret', () => store.secrets.remove(workspace, name)),
      reseal: (read, sealed) => call('resealSecret', () => store.secrets.reseal(read, sealed)),
    },
    changes: {
      tell: (hint) => call('tell', () => store.changes.tell(hint)),
      listen: (listener) => call('listen', () => store.changes.listen(shaky(listener))),
    },
    now: () => call('now', () => store.now()),
    close: async () => {},
  };

  /** Hints come late, twice or never; who loses one may be told so. */
  function shaky(listener: Parameters<Store['changes']['listen']>[0]): typeof listener {
    const later = (act: () => void) => time.after(delay(), () => life.alive && act());
    return {
      onHint(hint) {
        if (loses(scenario.hintLoss) || weather.outage) {
          counts.hintsLost += 1;
          if (random.chance(500)) later(() => listener.onGap());
          return;
        }
        later(() => listener.onHint(hint));
        if (!loses(scenario.hintDuplicates)) return;
        counts.hintsDuplicated += 1;
        later(() => listener.onHint(hint));
      },
      onGap: () => later(() => listener.onGap()),
    };
  }
}

function describe({ id, expectedVersion, changes, delivered }: RunCommit, won: boolean): string {
  const ended = changes.attempts.map(
    (row) => `${row.step}.${row.item}/${row.attempt}=${row.status}${row.final ? '!' : ''}`,
  );
  const work = changes.work.map((row) => `${row.step}.${row.item}/${row.attempt}@${row.worker ?? 'ready'}`);
  const waits = changes.waits.map((row) => `${row.step}.${row.item}:${row.kind}`);
  const parts = [
    ended.length > 0 ? `ended ${ended.join(',')}` : '',
    work.length > 0 ? `work ${work.join(',')}` : '',
    waits.length > 0 ? `waits ${waits.join(',')}` : '',
    changes.workHeld.length > 0 ? `holds ${changes.workHeld.length}` : '',
    changes.outbox.length > 0 ? `sends ${changes.outbox.map(({ kind }) => kind).join(',')}` : '',
    delivered.length > 0 ? `acts on ${delivered.length} messages` : '',
    changes.head === null
      ? ''
      : changes.head.status + (controlOf(changes.head).cancel === undefined ? '' : ' (stopping)'),
  ];
  return `[run ${id} v${expectedVersion}${won ? '' : ' LOST'} ${parts.filter((part) => part !== '').join(' ')}]`;
}
