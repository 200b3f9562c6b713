import { type Assignment, type AttemptRef, MillraceError, type WorkerId } from '@millrace/core';
import { callServer } from './lossy-link.ts';
import type { Random } from './random.ts';
import type { SimServer } from './sim-server.ts';
import { Violation } from './violation.ts';
import { randomOf, type World } from './world.ts';

/**
 * Asks for the secrets of attempts: when one begins, as workers do, and at times after its end was confirmed, when nobody
 * holds it any more. Values must come only for attempts that may be held, and all that the step reads.
 */
export class SimSecrets {
  readonly #world: World;
  readonly #worker: WorkerId;
  readonly #random: Random;
  /** What was asked for when the attempt began. */
  readonly #known = new Map<string, Assignment>();

  constructor(world: World, worker: WorkerId) {
    this.#world = world;
    this.#worker = worker;
    this.#random = randomOf(world, `secrets of ${worker}`);
  }

  begun(assignment: Assignment, key: string, server: SimServer): void {
    if (assignment.secrets === undefined) return;
    this.#known.set(key, assignment);
    this.#ask(assignment, server, false);
  }

  /** The attempt has ended, as the server says itself. */
  confirmed(key: string, server: SimServer): void {
    const assignment = this.#known.get(key);
    this.#known.delete(key);
    if (assignment !== undefined && this.#random.chance(400)) this.#ask(assignment, server, true);
  }

  #ask(assignment: Assignment, server: SimServer, over: boolean): void {
    const { counts, fail } = this.#world;
    const names = assignment.secrets?.names ?? [];
    const held = refOf(assignment);
    const request = { worker: this.#worker, held, step: assignment.step, names };
    callServer(this.#world, this.#random, server, 1_500, async (engine) => {
      const values = await engine.workers.readSecrets(request);
      counts.secretsGiven += 1;
      const what = `the secrets of step ${held.step}, attempt ${held.attempt}, of run ${held.run}`;
      if (over) throw new Violation('secrets_only_while_held', `${this.#worker} got ${what} after its end.`);
      const lacks = names.filter((name) => values[name] !== `value of ${name}`);
      if (lacks.length > 0) throw new Violation('secrets_complete', `${what} lack ${lacks.join(', ')}.`);
    }).catch((error: unknown) => {
      if (error instanceof Violation) fail(error);
      else if (error instanceof MillraceError && error.code === 'lease_lost') counts.secretsRefused += 1;
    });
  }
}

const refOf = ({ run, step, item, iteration, attempt }: Assignment): AttemptRef => ({
  run,
  step,
  item,
  iteration,
  attempt,
});
