import { type Instant, MillraceError } from '@millrace/core';
import { everywhere } from '../approvals/approver-of.ts';
import type { OpenApproval } from '../approvals/open-approval.ts';
import { peopleFor } from '../approvals/people-for.ts';
import type { Engine } from '../engine-types.ts';
import type { MockBook } from './mock-book.ts';
import type { MockedAnswer } from './rehearsal-types.ts';

type Pending = Readonly<{ approval: OpenApproval; answer: MockedAnswer; at: Instant }>;

export type MockPeopleOptions = Readonly<{
  engine: Pick<Engine, 'listApprovals' | 'answerApproval'>;
  book: MockBook;
  now: () => Instant;
  pathOf: (approval: OpenApproval) => Promise<string>;
}>;

const expected: ReadonlySet<string> = new Set(['approval_ended', 'not_an_approver', 'invalid_input']);
const everything = { limit: 1_000_000, after: null };

/** People who answer approvals as the mocks say. An approval without a mock is left to its time-out. */
export class MockPeople {
  readonly #options: MockPeopleOptions;
  readonly #seen = new Set<string>();
  /** Why a mocked answer cannot be given: whoever wrote the test has to mend it. */
  refused: string | null = null;
  #pending: Pending[] = [];

  constructor(options: MockPeopleOptions) {
    this.#options = options;
  }

  /** When somebody answers next; null: nobody will. */
  nextAt(): Instant | null {
    return this.#pending.reduce<Instant | null>((next, { at }) => Math.min(next ?? at, at), null);
  }

  /** Looks what is asked, and gives the answers that are due. False: there was neither. */
  async turn(): Promise<boolean> {
    const { engine, book, now, pathOf } = this.#options;
    let news = false;
    for (const approval of (await engine.listApprovals({}, everything)).items) {
      const { run, step, item, iteration, attempt } = approval;
      const key = `${run}/${step}/${item}/${iteration}/${attempt}`;
      if (this.#seen.has(key)) continue;
      this.#seen.add(key);
      const answer = book.answer(await pathOf(approval));
      if (answer === null) continue;
      this.#pending.push({ approval, answer, at: now() + answer.durationMs });
      news = true;
    }
    const due = this.#pending.filter(({ at }) => at <= now());
    this.#pending = this.#pending.filter(({ at }) => at > now());
    for (const { approval, answer } of due) await this.#answer(approval, answer);
    return news || due.length > 0;
  }

  /** One that has ended meanwhile, by its time or with its run, has nobody waiting for an answer. */
  async #answer(approval: OpenApproval, { decision, by, values, comment }: MockedAnswer): Promise<void> {
    const { run, step, item, iteration } = approval;
    const people =
      by ?? (decision === 'reject' ? peopleFor(approval, 'tester').slice(0, 1) : peopleFor(approval, 'tester'));
    for (const name of people) {
      try {
        const answer = { by: name, as: everywhere, decision, values, comment };
        await this.#options.engine.answerApproval(run, { step, item, iteration, ...answer });
      } catch (error) {
        if (!(error instanceof MillraceError) || !expected.has(error.code)) throw error;
        if (error.code !== 'approval_ended') this.refused ??= `A mocked answer is refused. ${error.message}`;
      }
    }
  }
}
