import type { Approval } from '@millrace/api';
import { Link } from '@tanstack/react-router';
import { Check, X } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../../components/button.tsx';
import { Fact, Facts } from '../../components/facts.tsx';
import { linkClass } from '../../components/link-class.ts';
import { Card } from '../../components/page.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { WorkflowLink } from '../workflows/workflow-link.tsx';
import { ApprovalAnswer } from './approval-answer.tsx';
import { approvalName } from './queries.ts';

const onTimeout = { fail: 'the step fails', skip: 'the step is skipped', approve: 'it counts as approved' } as const;

/** One approval: what is asked, of whom, since when, who answered; and the answer. */
export function ApprovalCard({ approval, opened }: { approval: Approval; opened: boolean }) {
  const [open, setOpen] = useState(opened);
  const name = approvalName(approval);
  return (
    <Card>
      <article aria-label={`${name} of run ${approval.run}`} className="space-y-3 p-4">
        <div className="flex flex-wrap items-start justify-between gap-3">
          <p className="min-w-0 max-w-3xl flex-1 basis-64 whitespace-pre-wrap break-words font-medium">
            {approval.prompt}
          </p>
          <Button small aria-expanded={open} onClick={() => setOpen(!open)}>
            {open ? 'Fold' : 'Answer'}
          </Button>
        </div>
        <Facts>
          <Fact name="Run">
            <Link to="/runs/$run" params={{ run: approval.run }} search={{ step: approval.step }} className={linkClass}>
              {approval.run}
            </Link>
          </Fact>
          <Fact name="Workflow">
            <WorkflowLink workspace={approval.workspace} name={approval.workflow} />
          </Fact>
          <Fact name="Step">{name}</Fact>
          <Fact name="Waits since">
            <RelativeTime at={approval.since} />
          </Fact>
          {approval.times_out_at === null ? null : (
            <Fact name="Ends">
              <RelativeTime at={approval.times_out_at} />: {onTimeout[approval.on_timeout]}
            </Fact>
          )}
          <Fact name="May answer">{approversText(approval)}</Fact>
          {approval.quorum === 1 ? null : (
            <Fact name="Approved by">
              {approval.answers.filter(({ decision }) => decision === 'approve').length} of {approval.quorum}
            </Fact>
          )}
        </Facts>
        <Answers answers={approval.answers} />
        {open ? (
          <div className="border-t pt-4">
            <ApprovalAnswer approval={approval} />
          </div>
        ) : null}
      </article>
    </Card>
  );
}

function Answers({ answers }: { answers: Approval['answers'] }) {
  if (answers.length === 0) return null;
  return (
    <ul aria-label="Answers so far" className="space-y-1 text-sm">
      {answers.map(({ by, at, decision, comment }) => (
        <li key={by} className="flex items-center gap-2">
          {decision === 'approve' ? (
            <Check role="img" aria-label="approved" className="size-4 shrink-0 text-good" />
          ) : (
            <X role="img" aria-label="rejected" className="size-4 shrink-0 text-bad" />
          )}
          <span className="font-medium">{by}</span>
          <span className="text-faint">
            <RelativeTime at={at} />
          </span>
          {comment === null ? null : <span className="min-w-0 break-words text-soft">{comment}</span>}
        </li>
      ))}
    </ul>
  );
}

/** `ada, bob (more from in 4 h)`; roles are for whom it is meant. */
function approversText({ approvers, escalated }: Approval): string {
  const people = [...(approvers?.users ?? []), ...(approvers?.roles ?? []).map((role) => `role ${role}`)];
  const text = people.length === 0 ? 'everybody' : people.join(', ');
  return escalated ? `${text} (escalated)` : text;
}
