import type { RunId } from '@millrace/core';
import type { AnswerRequest } from '../../src/approvals/answer-approval.ts';
import { readApprovalWait } from '../../src/approvals/open-approval.ts';
import { callServer } from './lossy-link.ts';
import type { Random } from './random.ts';
import type { SimServer } from './sim-server.ts';
import { note, randomOf, type World } from './world.ts';

const names = ['ada', 'bob', 'cy', 'eve'];

/** How long people wait between two looks, once the faults are over. */
const lookMs = 700;

type Asked = Readonly<{
  run: RunId;
  step: string;
  item: number;
  iteration: number;
  attempt: number;
  eligible: string[];
}>;

/**
 * People who answer approvals: also those who may not, with values that are wrong, twice, too late, through servers that are
 * away. When the faults are over they answer whatever is asked, so that nothing waits for ever.
 */
export class SimPeople {
  readonly #world: World;
  readonly #servers: readonly SimServer[];

  constructor(world: World, servers: readonly SimServer[]) {
    this.#world = world;
    this.#servers = servers;
    const { scenario, time } = world;
    for (let at = 0; at < scenario.answers; at += 1) {
      const random = randomOf(world, `person ${at}`);
      time.after(random.int(0, scenario.faultsMs), () => this.#answerSome(random));
    }
    const helper = randomOf(world, 'helper');
    const help = () => {
      for (const asked of this.#asked()) this.#answer(helper, asked, this.#honest(helper, asked));
      time.after(lookMs, help);
    };
    time.after(scenario.faultsMs + lookMs, help);
  }

  /** Every open approval, with those who may answer it and have not. */
  #asked(): readonly Asked[] {
    const { audit } = this.#world;
    return [...audit.open].flatMap((run) => {
      const loaded = audit.runs.get(run);
      const waits = (loaded?.waits ?? []).filter(({ kind }) => kind === 'approval');
      return waits.map((wait) => {
        const { detail } = readApprovalWait(wait);
        const answered = new Set(detail.answers.map(({ by }) => by));
        const eligible = (detail.approvers?.users ?? names).filter((name) => !answered.has(name));
        const { item, iteration, attempt } = wait;
        return { run, step: audit.stepName(run, wait.step), item, iteration, attempt, eligible };
      });
    });
  }

  #answerSome(random: Random): void {
    const all = this.#asked();
    if (all.length === 0) return;
    const asked = random.pick(all);
    const request = random.chance(700) ? this.#honest(random, asked) : this.#careless(random, asked);
    this.#answer(random, asked, request);
    if (random.chance(250)) this.#answer(random, asked, request);
  }

  #honest(random: Random, { step, item, iteration, eligible }: Asked): AnswerRequest {
    const by = eligible.length === 0 ? random.pick(names) : random.pick(eligible);
    const decision = random.chance(800) ? 'approve' : 'reject';
    return { step, item, iteration, by, decision, values: {}, comment: random.chance(300) ? 'Fine.' : null };
  }

  /** Anybody says anything, without saying of which item. */
  #careless(random: Random, { step }: Asked): AnswerRequest {
    const values = random.chance(500) ? { n: 'x' } : { n: 7 };
    return { step, by: random.pick(names), decision: random.pick(['approve', 'reject']), values, comment: null };
  }

  #answer(random: Random, { run }: Asked, request: AnswerRequest): void {
    const world = this.#world;
    world.audit.said(run, request);
    callServer(world, random, random.pick(this.#servers), 5_000, (engine) => engine.answerApproval(run, request))
      .then(
        async (outcome) => {
          world.counts.answers += 1;
          note(world, `${request.by} says ${request.decision} to ${run} ${request.step}: ${outcome.status}`);
          await world.audit.answered(run, outcome, request.by);
        },
        (error) => {
          const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : null;
          if (code === 'run_not_found' || code === 'not_found') world.fail(error);
          if (code !== null && code !== 'store_unavailable') world.counts.answersRefused += 1;
        },
      )
      .catch(world.fail);
  }
}
