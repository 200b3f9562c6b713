import type { Approval } from '@millrace/api';
import { ApiError } from '@millrace/client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Check, X } from 'lucide-react';
import { useId, useState } from 'react';
import { api } from '../../api/client.ts';
import { useMyName } from '../../app/my-name.ts';
import { Button } from '../../components/button.tsx';
import { errorText } from '../../components/error-text.ts';
import type { JsonObject } from '../../components/form/form-field.ts';
import { problemsOf } from '../../components/form/form-problems.ts';
import { JsonForm } from '../../components/form/json-form.tsx';
import { Problem } from '../../components/problem.tsx';
import { fieldClass } from '../../components/text-field.tsx';
import { useToast } from '../../components/toast.tsx';
import { approvalName } from './queries.ts';

const noForm: JsonObject = { type: 'object' };

/** The form of an approval, and the two answers. What is filled in counts for approving; rejecting needs none of it. */
export function ApprovalAnswer({ approval }: { approval: Approval }) {
  const name = useMyName().trim();
  const [comment, setComment] = useState('');
  const answer = useAnswer(approval, name, comment.trim());
  const commentId = useId();
  const noteId = useId();
  const refusal = answer.error === null || problemsOf(answer.error).length > 0 ? null : errorText(answer.error);
  return (
    <JsonForm
      schema={approval.form ?? noForm}
      error={answer.error}
      onSubmit={(values) => answer.mutate({ decision: 'approve', values })}
    >
      <div>
        <label htmlFor={commentId} className="mb-1 block font-medium text-sm">
          Comment
        </label>
        <textarea
          id={commentId}
          rows={2}
          value={comment}
          onChange={(event) => setComment(event.target.value)}
          className={`${fieldClass} h-auto! py-1.5`}
        />
      </div>
      {refusal === null ? null : <Problem>{refusal}</Problem>}
      <div className="flex flex-wrap items-center gap-2">
        <Button
          type="submit"
          look="primary"
          needs="approval:answer"
          disabled={name === '' || answer.isPending}
          aria-describedby={noteId}
        >
          <Check aria-hidden />
          Approve
        </Button>
        <Button
          look="danger"
          needs="approval:answer"
          disabled={name === '' || answer.isPending}
          aria-describedby={noteId}
          onClick={() => answer.mutate({ decision: 'reject' })}
        >
          <X aria-hidden />
          Reject
        </Button>
        <span id={noteId} className="text-soft text-sm">
          {name === '' ? 'Say who you are first, at the top of the page.' : `as ${name}`}
        </span>
      </div>
    </JsonForm>
  );
}

type Answer = Readonly<{ decision: 'approve' | 'reject'; values?: JsonObject }>;

function useAnswer(approval: Approval, name: string, comment: string) {
  const queries = useQueryClient();
  const toast = useToast();
  const { run, step, item, iteration } = approval;
  return useMutation({
    mutationFn: ({ decision, values }: Answer) =>
      api.approvals.answer(run, step, {
        by: name,
        decision,
        iteration,
        ...(item < 0 ? {} : { item }),
        ...(values === undefined ? {} : { values }),
        ...(comment === '' ? {} : { comment }),
      }),
    onSuccess: ({ status, approvals, quorum }, { decision }) => {
      toast({
        text: `You ${decision === 'approve' ? 'approved' : 'rejected'} ${approvalName(approval)} of run ${run}`,
        detail: status === 'open' ? `${approvals} of ${quorum} have approved.` : `It is ${status}; the run goes on.`,
      });
      void queries.invalidateQueries({ queryKey: ['approvals'] });
      void queries.invalidateQueries({ queryKey: ['run', run] });
    },
    onError: (error) => {
      // Somebody was quicker: the card goes away with its message, so that is told where it stays.
      if (!(error instanceof ApiError) || error.code !== 'approval_ended') return;
      toast({ text: 'This approval has ended', tone: 'bad', detail: errorText(error) });
      void queries.invalidateQueries({ queryKey: ['approvals'] });
    },
  });
}
