import type { RunSummary } from '@millrace/api';

type Fault = NonNullable<RunSummary['error']>;

/** What went wrong: where, why, what to do. */
export function FaultNote({ fault, withStep = false }: { fault: Fault; withStep?: boolean }) {
  return (
    <div role="note" className="rounded-md bg-bad-ground px-3 py-2 text-sm">
      <p className="whitespace-pre-wrap break-words text-bad">
        {withStep && fault.step !== undefined ? <strong className="font-semibold">{fault.step}: </strong> : null}
        {fault.message}
      </p>
      {fault.hint === undefined ? null : <p className="mt-1 text-soft">{fault.hint}</p>}
      <p className="mt-1 text-faint text-xs">
        <code className="font-mono">{fault.code}</code>
        {fault.at === undefined ? null : (
          <code className="ml-3 font-mono">
            {fault.at.file}:{fault.at.line}:{fault.at.column}
          </code>
        )}
      </p>
    </div>
  );
}
