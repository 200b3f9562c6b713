import { type Approver, mayAnswer, namedObject, type RunId, standingAt } from '@millrace/core';
import type { AnswerRequest } from '../../src/approvals/answer-approval.ts';
import { readApprovalWait } from '../../src/approvals/open-approval.ts';
import { callServer } from './lossy-link.ts';
import type { Random } from './random.ts';
import type { SimServer } from './sim-server.ts';
import { note, randomOf, type World } from './world.ts';

const names = ['ada', 'bob', 'cy', 'eve'];
/** Of them, who is in the group `ops`. */
const inOps: ReadonlySet<string> = new Set(['cy', 'eve']);
const standing = (name: string): Approver => ({ name, groups: inOps.has(name) ? ['ops'] : [], roles: [] });

const nowhere = namedObject(null, null);

/** How long people wait between two looks, once the faults are over. */
const lookMs = 700;

type Asked = Readonly<{
  run: RunId;
  step: string;
  item: number;
  iteration: number;
  attempt: number;
  eligible: string[];
  answered: string[];
}>;

/**
 * People who answer approvals: also those who may not, with values that are wrong, twice, too late, through servers that are
 * away; and who hand their votes over. When the faults are over they answer whatever is asked, so that nothing waits for ever.
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
        const answered = detail.answers.map(({ by }) => by);
        const able = names.filter((name) => mayAnswer(detail, standingAt(standing(name), nowhere)));
        const eligible = able.filter((name) => !answered.includes(name));
        const { item, iteration, attempt } = wait;
        return { run, step: audit.stepName(run, wait.step), item, iteration, attempt, eligible, answered };
      });
    });
  }

  #answerSome(random: Random): void {
    const all = this.#asked();
    if (all.length === 0) return;
    const asked = random.pick(all);
    if (random.chance(150)) this.#handOver(random, asked);
    const request = random.chance(700) ? this.#honest(random, asked) : this.#careless(random, asked);
    this.#answer(random, asked, request);
    if (random.chance(250)) this.#answer(random, asked, request);
  }

  /** Where nobody is left who could be the next to approve, one who did thinks better of it. */
  #honest(random: Random, { step, item, iteration, eligible, answered }: Asked): AnswerRequest {
    const stuck = eligible.length === 0;
    const by = random.pick(stuck ? (answered.length === 0 ? names : answered) : eligible);
    const decision = !stuck && random.chance(800) ? 'approve' : 'reject';
    return { step, item, iteration, by, decision, values: {}, comment: random.chance(300) ? 'Fine.' : null };
  }

  /** Anybody says anything, without saying of which item. */
  #careless(random: Random, { step }: Asked): AnswerRequest {
    const values = random.chance(500) ? { n: 'x' } : { n: 7 };
    return { step, by: random.pick(names), decision: random.pick(['approve', 'reject']), values, comment: null };
  }

  /** Also of votes that nobody has, and to those who may not have them. */
  #handOver(random: Random, { run, step, item, iteration, eligible }: Asked): void {
    const world = this.#world;
    const from = random.chance(800) && eligible.length > 0 ? random.pick(eligible) : random.pick(names);
    const request = { step, item, iteration, from: standing(from), to: random.pick(names), comment: null };
    callServer(world, random, random.pick(this.#servers), 5_000, (engine) =>
      engine.delegateApproval(run, request),
    ).then(
      ({ to }) => {
        world.counts.votesHandedOver += 1;
        note(world, `${from} hands the vote for ${run} ${step} over to ${to}`);
      },
      (error) => {
        const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : null;
        if (code === 'run_not_found' || code === 'not_found') world.fail(error);
      },
    );
  }

  #answer(random: Random, { run }: Asked, given: AnswerRequest): void {
    const world = this.#world;
    const request = { ...given, as: standing(given.by) };
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
