// Approvals of a run without a server: asked on the terminal, or given in advance by flags.
//
// Before anything runs it is known which approvals the workflow, and those that it calls, may come to. Without a terminal
// each of them must be answered by `--approve`, so that no run stops half-way with nobody to ask.
import { userInfo } from 'node:os';
import type { Definitions } from '@millrace/core';
import { MillraceError } from '@millrace/core';
import { type Engine, everywhere, type OpenApproval, peopleFor } from '@millrace/engine';

export type Approving = Readonly<{ all: boolean; steps: ReadonlySet<string> }>;

/** Names of the approval steps that a run of the workflow may come to, with those of workflows that it calls. */
export function findApprovals(definitions: Definitions, workflow: string): ReadonlySet<string> {
  const found = new Set<string>();
  const seen = new Set<string>();
  const visit = (name: string): void => {
    const definition = definitions.workflows[name];
    if (definition === undefined || seen.has(name)) return;
    seen.add(name);
    for (const step of definition.steps) {
      const body = step.inline ?? definitions.actions[step.action ?? '']?.body;
      if (body?.type === 'approval') found.add(step.name);
      else if (body?.type === 'workflow') visit(body.workflow);
      else if (body === undefined && step.action !== undefined) visit(step.action);
    }
  };
  visit(workflow);
  return found;
}

/** Throws `invalid_request` where nobody could answer, or where a flag names no approval. */
export function checkApproving(approvals: ReadonlySet<string>, { all, steps }: Approving, canAsk: boolean): void {
  const known = [...approvals];
  for (const step of steps) {
    if (approvals.has(step)) continue;
    throw new MillraceError('invalid_request', `--approve ${step}: the workflow comes to no approval of that name.`, {
      hint: known.length === 0 ? 'It has no approvals.' : `Its approvals are: ${known.join(', ')}.`,
    });
  }
  const open = all || canAsk ? [] : known.filter((step) => !steps.has(step));
  if (open.length === 0) return;
  const what = open.length === 1 ? `Step ${open[0]} waits` : `Steps ${open.join(', ')} wait`;
  throw new MillraceError(
    'invalid_request',
    `${what} for people, and there is no terminal to ask on. Nothing was run.`,
    {
      hint: `Approve in advance with ${open.map((step) => `--approve ${step}`).join(' ')} or --approve-all, or run it in a terminal.`,
    },
  );
}

export type OfflineAnswer = Readonly<{
  decision: 'approve' | 'reject';
  values: OpenApproval['answers'][number]['values'];
  comment: string | null;
}>;

/** Asks a person; `problem` says why the last answer was refused. Throws when it is called off. */
export type AskPerson = (approval: OpenApproval, problem: string | null, signal: AbortSignal) => Promise<OfflineAnswer>;

export type OfflineAnswering = Readonly<{ approving: Approving; ask: AskPerson | null }>;

/**
 * Answers approvals as they open, one after the other. Whoever sits here stands for all people: where several have to
 * approve, one answer counts for each of them. `look` is called whenever a step waits; `failed` resolves with what went wrong.
 */
export function answerOffline(
  engine: Pick<Engine, 'listApprovals' | 'answerApproval'>,
  { approving, ask }: OfflineAnswering,
  signal: AbortSignal,
): Readonly<{ look(): void; failed: Promise<unknown> }> {
  const failed = Promise.withResolvers<unknown>();
  const self = userInfo().username;
  let looking = false;
  let again = false;

  async function lookNow(): Promise<void> {
    looking = true;
    do {
      again = false;
      for (;;) {
        const [next] = (await engine.listApprovals({}, { limit: 1, after: null })).items;
        if (next === undefined || signal.aborted) break;
        await answerOne(next);
      }
    } while (again && !signal.aborted);
    looking = false;
  }

  async function answerOne(approval: OpenApproval): Promise<void> {
    const given = approving.all || approving.steps.has(approval.step);
    for (let problem: string | null = null; ; ) {
      const answer = given ? agreed : await ask?.(approval, problem, signal);
      if (answer === undefined) throw new Error(`Nobody can be asked about step ${approval.step}.`);
      try {
        for (const by of peopleFor(approval, self)) {
          const { run, step, item, iteration } = approval;
          const outcome = await engine.answerApproval(run, { step, item, iteration, by, as: everywhere, ...answer });
          if (outcome.status !== 'open') break;
        }
        return;
      } catch (error) {
        if (!(error instanceof MillraceError)) throw error;
        // Its time was over, or the run ended, while it was being answered.
        if (error.code === 'approval_ended' || error.code === 'run_not_found') return;
        if (error.code !== 'invalid_input' || given) throw error;
        problem = error.message;
      }
    }
  }

  return {
    look() {
      if (looking) again = true;
      else lookNow().catch((error: unknown) => signal.aborted || failed.resolve(error));
    },
    failed: failed.promise,
  };
}

const agreed: OfflineAnswer = { decision: 'approve', values: {}, comment: null };
