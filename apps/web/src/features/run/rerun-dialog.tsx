import type { GivenStartingPoint, Run } from '@millrace/api';
import { ApiError } from '@millrace/client';
import { useMutation } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useId, useState } from 'react';
import { api } from '../../api/client.ts';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { errorText } from '../../components/error-text.ts';
import { SelectField } from '../../components/select-field.tsx';
import { fieldClass } from '../../components/text-field.tsx';
import { useToast } from '../../components/toast.tsx';

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
  const [input, setInput] = useState(() => JSON.stringify(run.input, null, 2));
  const parsed = parseInput(input);
  const rerun = useMutation({
    mutationFn: () =>
      api.runs.rerun(run.id, {
        from: [startingPoint(from, step, item)],
        plan,
        ...(parsed.value === null || isSame(parsed.value, run.input) ? {} : { input: parsed.value }),
      }),
    onSuccess: ({ id }) => {
      close();
      toast({ text: `Run ${id} began`, detail: `It is a re-run of ${run.id}.` });
      void navigate({ to: '/runs/$run', params: { run: id } });
    },
  });
  return (
    <form
      className="space-y-4"
      onSubmit={(event) => {
        event.preventDefault();
        rerun.mutate();
      }}
    >
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
        label="Version"
        value={plan}
        options={[
          ['same', 'the one of this run'],
          ['live', 'the live one'],
        ]}
        onChange={(next) => setPlan(next === 'live' ? 'live' : 'same')}
      />
      <InputField text={input} onChange={setInput} problem={parsed.problem} />
      {rerun.error === null ? null : <Refusal error={rerun.error} />}
      <div className="flex justify-end gap-2">
        <Button onClick={close}>Not now</Button>
        <Button type="submit" look="primary" disabled={rerun.isPending || parsed.value === null}>
          Run again
        </Button>
      </div>
    </form>
  );
}

function InputField({
  text,
  onChange,
  problem,
}: {
  text: string;
  onChange: (text: string) => void;
  problem: string | null;
}) {
  const id = useId();
  return (
    <div>
      <label htmlFor={id} className="mb-1 block font-medium text-sm">
        Input
      </label>
      <textarea
        id={id}
        value={text}
        onChange={(event) => onChange(event.target.value)}
        rows={Math.min(14, text.split('\n').length + 1)}
        spellCheck={false}
        aria-invalid={problem === null ? undefined : true}
        aria-describedby={problem === null ? undefined : `${id}-problem`}
        className={`${fieldClass} h-auto! py-1.5 font-mono text-xs leading-5`}
      />
      {problem === null ? null : (
        <p id={`${id}-problem`} className="mt-1 text-bad text-xs">
          {problem}
        </p>
      )}
    </div>
  );
}

/** Why the server does not run it again; of a wrong input, each place. */
function Refusal({ error }: { error: unknown }) {
  const problems = error instanceof ApiError && Array.isArray(error.details?.problems) ? error.details.problems : [];
  return (
    <div role="alert" className="rounded-md bg-bad-ground px-3 py-2 text-bad text-sm">
      <p>{errorText(error)}</p>
      <ul className="list-disc pl-4">
        {problems.map((problem) => (
          <li key={JSON.stringify(problem)}>{(problem as { message?: string }).message}</li>
        ))}
      </ul>
    </div>
  );
}

function startingPoint(from: From, step: string | undefined, item: number | undefined): GivenStartingPoint {
  if (from === 'item' && step !== undefined && item !== undefined) return { step, items: [item] };
  if (from === 'step' && step !== undefined) return { step };
  return from === 'step' || from === 'item' ? 'failed' : from;
}

function parseInput(text: string): Readonly<{ value: Run['input'] | null; problem: string | null }> {
  try {
    const value: unknown = JSON.parse(text === '' ? '{}' : text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return { value: value as Run['input'], problem: null };
    return { value: null, problem: 'The input is an object: {"name": value, …}.' };
  } catch (error) {
    return { value: null, problem: error instanceof Error ? error.message : String(error) };
  }
}

const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);
