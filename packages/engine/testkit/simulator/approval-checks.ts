// What must hold of approvals: who answered counts once, an answered quorum ends the step, and nobody's answer is made up.
import {
  type ApprovalAnswer,
  type AttemptKey,
  type EndedAttempt,
  type LoadedRun,
  mayAnswer,
  type RunId,
} from '@millrace/core';
import type { AnswerOutcome } from '../../src/approvals/answer-approval.ts';
import { readApprovalWait } from '../../src/approvals/open-approval.ts';
import { attemptText } from './run-checks.ts';
import { Violation } from './violation.ts';

type Outcome = Readonly<{ approved: boolean; by: string | null; answers: readonly ApprovalAnswer[] }>;

const outcomeOf = ({ output }: EndedAttempt): Outcome | null =>
  output === null ? null : (JSON.parse(output) as Outcome);

const wasStopped = ({ status, reason }: EndedAttempt): boolean => status === 'cancelled' || reason === 'step_timed_out';

export class ApprovalChecks {
  /** What people said, whether or not it arrived. */
  readonly #said = new Map<RunId, Set<string>>();

  said(run: RunId, answer: Pick<ApprovalAnswer, 'by' | 'decision'>): void {
    const known = this.#said.get(run) ?? new Set();
    this.#said.set(run, known.add(`${answer.by} ${answer.decision}`));
  }

  /** Open approvals after a commit. */
  checkOpen({ run, waits }: LoadedRun): void {
    for (const wait of waits) {
      if (wait.kind !== 'approval') continue;
      const { detail } = readApprovalWait(wait);
      const { answers, quorum } = detail;
      this.#checkAnswers(run.id, wait, answers);
      const outsider = answers.find(({ by }) => !mayAnswer(detail, { name: by, groups: ['ops'], roles: [] }));
      if (outsider !== undefined) {
        const what = `${outsider.by} may not answer approval ${attemptText(wait)}, and counts`;
        throw new Violation('answers_count', `Run ${run.id}: ${what}: ${wait.document}`);
      }
      const decided = answers.length >= quorum || answers.some(({ decision }) => decision === 'reject');
      if (!decided) continue;
      throw new Violation('answers_count', `Run ${run.id}: approval ${attemptText(wait)} is decided, and still open.`);
    }
  }

  /** An attempt of an approval that a commit ended. */
  checkEnd(run: RunId, row: EndedAttempt, quorum: number): void {
    const outcome = outcomeOf(row);
    if (outcome === null) return;
    this.#checkAnswers(run, row, outcome.answers);
    const timedOut = row.reason === 'approval_timed_out';
    const approvals = outcome.answers.filter(({ decision }) => decision === 'approve').length;
    const right =
      row.status === 'succeeded' && !timedOut
        ? outcome.approved && approvals === quorum && approvals === outcome.answers.length
        : row.status === 'failed'
          ? !outcome.approved && outcome.answers.some(({ decision, by }) => decision === 'reject' && by === outcome.by)
          : (timedOut || (wasStopped(row) && !outcome.approved)) && approvals < quorum && outcome.by === null;
    if (right) return;
    throw new Violation(
      'answers_count',
      `Run ${run}: approval ${attemptText(row)} ended as ${row.status}: ${row.output}`,
    );
  }

  #checkAnswers(run: RunId, key: AttemptKey, answers: readonly ApprovalAnswer[]): void {
    const people = new Set(answers.map(({ by }) => by));
    if (people.size !== answers.length) {
      throw new Violation('answers_count', `Run ${run}: somebody counts twice in approval ${attemptText(key)}.`);
    }
    for (const { by, decision } of answers) {
      if (this.#said.get(run)?.has(`${by} ${decision}`) === true) continue;
      throw new Violation('real_results', `Run ${run}: ${by} never said ${decision} to approval ${attemptText(key)}.`);
    }
  }

  /** Somebody was told that their answer counts: it is kept, with the wait or with the end. */
  checkAcknowledged({ run, waits, attempts }: LoadedRun, key: AnswerOutcome, by: string): void {
    const wait = waits.find((row) => row.kind === 'approval' && attemptText(row) === attemptText(key));
    const ended = attempts.find((row) => attemptText(row) === attemptText(key));
    const answers =
      wait === undefined
        ? ended === undefined
          ? []
          : outcomeOf(ended)?.answers
        : readApprovalWait(wait).detail.answers;
    if (answers?.some((answer) => answer.by === by) === true) return;
    throw new Violation(
      'answers_are_kept',
      `Run ${run.id}: the acknowledged answer of ${by} to ${attemptText(key)} is lost.`,
    );
  }
}
