import type { EmitEventRequest } from '../../src/events/emit-event.ts';
import { callServer } from './lossy-link.ts';
import type { Random } from './random.ts';
import type { SimServer } from './sim-server.ts';
import { note, randomOf, startOfTime, type World } from './world.ts';

/** How long somebody waits between two looks, once the faults are over. */
const lookMs = 900;

/**
 * Programs that emit events: with keys, sent again until they are acknowledged, and without. When the faults are over, what
 * runs wait for is emitted, unless the store has it already: so nothing waits for ever, and no lost event is covered up.
 */
export class SimEmitters {
  /** Events that are still being sent. */
  trying = 0;
  readonly #world: World;
  readonly #servers: readonly SimServer[];

  constructor(world: World, servers: readonly SimServer[]) {
    this.#world = world;
    this.#servers = servers;
    const { scenario, time } = world;
    for (let at = 0; at < scenario.emits; at += 1) {
      const random = randomOf(world, `emitter ${at}`);
      time.after(random.int(0, scenario.faultsMs), () => this.#begin(random, at));
    }
    const helper = randomOf(world, 'event helper');
    const help = () => {
      try {
        const [needed] = world.audit.events.needed(startOfTime + scenario.faultsMs);
        if (needed !== undefined) this.#send(helper, request(needed.type, 7), 0);
      } catch (error) {
        world.fail(error);
      }
      time.after(lookMs, help);
    };
    time.after(scenario.faultsMs + lookMs, help);
  }

  #begin(random: Random, at: number): void {
    const type = random.pick(['user.said', 'user.asked', 'run.said']);
    const key = random.chance(600) ? `event-${at}` : undefined;
    const event = { ...request(type, random.int(0, 6)), ...(key === undefined ? {} : { key }) };
    this.#send(random, event, 0);
    if (key !== undefined && random.chance(400)) this.#send(random, event, 0);
  }

  /** One with a key is sent until it is answered; one without is not repeated, since it may be there. */
  #send(random: Random, event: EmitEventRequest, tries: number): void {
    const world = this.#world;
    this.trying += 1;
    callServer(world, random, random.pick(this.#servers), 5_000, (engine) => engine.emitEvent(event))
      .then(
        ({ event: stored, created }) => {
          world.counts[created ? 'eventsEmitted' : 'eventKeysReused'] += 1;
          note(world, `user emitted event ${stored.id} ${stored.type}${created ? '' : ' (again)'}`);
          world.audit.events.acknowledged(stored, event.key ?? null);
        },
        () => {
          if (event.key === undefined || tries > 40) return;
          this.trying += 1;
          world.time.after(random.int(10, 2_000), () => {
            this.trying -= 1;
            this.#send(random, event, tries + 1);
          });
        },
      )
      .catch(world.fail)
      .finally(() => {
        this.trying -= 1;
      });
  }
}

const request = (type: string, n: number): EmitEventRequest => ({
  workspace: 'test',
  type,
  payload: { n },
  source: { type: 'api' },
});
