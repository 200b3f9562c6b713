import type { GivenStartingPoint, Run } from '@millrace/api';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '../../api/client.ts';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { errorText } from '../../components/error-text.ts';
import type { JsonObject } from '../../components/form/form-field.ts';
import { problemsOf } from '../../components/form/form-problems.ts';
import { JsonForm } from '../../components/form/json-form.tsx';
import { textLinkClass } from '../../components/link-class.ts';
import { Failure, Skeleton } from '../../components/page-states.tsx';
import { Problem } from '../../components/problem.tsx';
import { SelectField } from '../../components/select-field.tsx';
import { useToast } from '../../components/toast.tsx';
import { workflowQuery } from '../workflow/queries.ts';
import { changedInput, leftOut } from './changed-input.ts';
import { inputFormQuery } from './queries.ts';

type From = 'failed' | 'start' | 'changed' | 'step' | 'item';

/** Runs an ended run again: from where, with which inputs, by which version. What need not run again is kept. */
export function RerunDialog({
  run,
  step,
  item,
  open,
  onOpenChange,
}: {
  run: Run;
  /** What is looked at: it is offered as the place to begin. */
  step: string | undefined;
  item: number | undefined;
  open: boolean;
  onOpenChange: (open: boolean) => void;
}) {
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={`Run ${run.workflow} again`}
      description="A new run begins. It takes over the results of this one, except those of the place to begin, of what is behind it, and of what did not succeed."
    >
      {open ? <RerunForm run={run} step={step} item={item} close={() => onOpenChange(false)} /> : null}
    </Dialog>
  );
}

function RerunForm({
  run,
  step,
  item,
  close,
}: {
  run: Run;
  step: string | undefined;
  item: number | undefined;
  close: () => void;
}) {
  const navigate = useNavigate();
  const toast = useToast();
  const [from, setFrom] = useState<From>(() =>
    item !== undefined ? 'item' : step !== undefined ? 'step' : run.status === 'succeeded' ? 'start' : 'failed',
  );
  const [plan, setPlan] = useState<'same' | 'live'>('same');
  const [missing, setMissing] = useState<readonly string[]>([]);
  const same = useQuery(inputFormQuery(run.id));
  const live = useQuery({ ...workflowQuery(run), enabled: plan === 'live' });
  // While the other form is read, the one that is there stays, and with it what was typed.
  const form = (plan === 'live' ? live.data?.input : undefined) ?? same.data;
  const read = plan === 'same' ? same : live;
  const rerun = useMutation({
    mutationFn: (input: JsonObject) =>
      api.runs.rerun(run.id, {
        from: [startingPoint(from, step, item)],
        plan,
        ...(Object.keys(input).length === 0 ? {} : { input }),
      }),
    onSuccess: ({ id }) => {
      close();
      toast({ text: `Run ${id} began`, detail: `It is a re-run of ${run.id}.` });
      void navigate({ to: '/runs/$run', params: { run: id } });
    },
  });
  return (
    <div className="space-y-4">
      <div className="grid gap-4 sm:grid-cols-2">
        <SelectField
          label="Begin"
          value={from}
          options={[
            ...(item !== undefined && step !== undefined ? [['item', `at item ${item} of ${step}`] as const] : []),
            ...(step === undefined ? [] : [['step', `at the step ${step}`] as const]),
            ['failed', 'with what did not succeed'],
            ['changed', 'with what the new version describes otherwise'],
            ['start', 'at the start: all of it'],
          ]}
          onChange={(next) => setFrom(next as From)}
        />
        <SelectField
          label="Version of the workflow"
          value={plan}
          options={[
            ['same', 'the one of this run'],
            ['live', 'the live one'],
          ]}
          onChange={(next) => {
            setPlan(next === 'live' ? 'live' : 'same');
            rerun.reset();
          }}
        />
      </div>
      {form === undefined ? (
        same.error === null ? (
          <Skeleton what="input" rows={3} />
        ) : (
          <Failure error={same.error} what="run" onRetry={() => void same.refetch()} />
        )
      ) : (
        <JsonForm
          schema={form.json_schema}
          parameters={form.parameters}
          initial={run.input}
          error={rerun.error}
          onSubmit={(input) => {
            const gone = leftOut(run.input, input, form.json_schema);
            setMissing(gone);
            if (gone.length === 0) rerun.mutate(changedInput(run.input, input));
          }}
        >
          {missing.length === 0 ? null : (
            <Problem>
              A re-run keeps what the run was given, so {missing.join(', ')} cannot be left out.{' '}
              <Link
                to="/workflows/$workspace/$workflow"
                params={{ workspace: run.workspace, workflow: run.workflow }}
                search={{ view: 'start', like: run.id }}
                className={textLinkClass}
              >
                Start a new run
              </Link>{' '}
              without it.
            </Problem>
          )}
          {read.error === null ? null : <Problem>{errorText(read.error)}</Problem>}
          {rerun.error === null || problemsOf(rerun.error).length > 0 ? null : (
            <Problem>{errorText(rerun.error)}</Problem>
          )}
          <div className="flex justify-end gap-2">
            <Button onClick={close}>Not now</Button>
            <Button type="submit" look="primary" disabled={rerun.isPending || read.data === undefined}>
              Run again
            </Button>
          </div>
        </JsonForm>
      )}
    </div>
  );
}

function startingPoint(from: From, step: string | undefined, item: number | undefined): GivenStartingPoint {
  if (from === 'item' && step !== undefined && item !== undefined) return { step, items: [item] };
  if (from === 'step' && step !== undefined) return { step };
  return from === 'step' || from === 'item' ? 'failed' : from;
}
