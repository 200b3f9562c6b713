import { type EngineWaitDocument, readEventWait, type Wait, type WaitBody } from '@millrace/core';
import type { Told } from './explain-work.ts';
import { type Explaining, planStep } from './explaining.ts';
import type { Change } from './explanation.ts';
import { since, until } from './moments.ts';

/** A step run that waits for an event: of which type, that matches what, until when, and how one is emitted. */
export function explainEventWait(explaining: Explaining, wait: Wait, subject: string): Told {
  const { run, facts } = explaining;
  const { type, fault } = readEventWait(wait);
  const { readyAt } = JSON.parse(wait.document ?? 'null') as EngineWaitDocument;
  const { when = null } = planStep(explaining, wait.step).action.body as WaitBody;
  const { dueAt } = wait;
  const matching = when === null ? '' : ` for which \`${when}\` holds`;
  const limit = dueAt === null ? '' : `, ${until(dueAt, facts.now)}`;
  const strange =
    fault === null ? '' : ` Of event ${fault.event} that could not be said, so it did not match: ${fault.message}`;
  const changes: Change[] = [
    {
      by: 'person',
      what: 'Somebody, or a run, emits such an event.',
      at: null,
      command: `millrace event emit ${type} -w ${run.workspace} --payload '{…}'`,
    },
  ];
  if (dueAt !== null) changes.push({ by: 'clock', what: 'Its time is over: it times out.', at: dueAt, command: null });
  return {
    reason: { reason: 'waiting_for_event', since: readyAt, type, when, until: dueAt, fault },
    message: `${subject} waits ${since(readyAt, facts.now)} for an event ${type}${matching}${limit}.${strange}`,
    changes,
  };
}
