import type { Run, RunStep } from '@millrace/api';
import { useQuery } from '@tanstack/react-query';
import { X } from 'lucide-react';
import { IconButton } from '../../../components/button.tsx';
import { countText } from '../../../components/count-text.ts';
import { FaultNote } from '../../../components/fault-note.tsx';
import { JsonView } from '../../../components/json-tree.tsx';
import { Card } from '../../../components/page.tsx';
import { StatusText } from '../../../components/status.tsx';
import { Count, type Tab, Tabs } from '../../../components/tabs.tsx';
import { LogsTab } from '../../logs/logs-tab.tsx';
import { attemptsQuery, graphQuery } from '../queries.ts';
import type { RunPageSearch } from '../search.ts';
import { stepNote } from '../step-note.ts';
import { AttemptList } from './attempt-list.tsx';
import { ChildRun } from './child-run.tsx';
import { Explanation } from './explanation.tsx';
import { ItemsTab } from './items-tab.tsx';

/** Everything of one step, or of one item of a for-each step. */
export function StepPanel({
  run,
  name,
  step,
  item,
  tab,
  onChange,
}: {
  run: Run;
  name: string;
  step: RunStep;
  item: number | undefined;
  tab: string | undefined;
  onChange: (next: RunPageSearch) => void;
}) {
  const attempts = useQuery(attemptsQuery(run.id, name, item ?? -1));
  const plan = useQuery(graphQuery(run.id)).data?.steps.find((one) => one.name === name);
  const latest = attempts.data?.items.at(-1);
  const ended = item === undefined ? step.ended_at !== null : (latest?.ended_at ?? null) !== null;
  const error = item === undefined ? step.error : (latest?.error ?? null);
  const output = item === undefined ? step.output : (latest?.output ?? null);
  const open = !ended && run.ended_at === null && step.status !== 'skipped';
  const isCall = plan?.action.type === 'workflow' && (item !== undefined || step.items === null);
  const real = attempts.data?.items.filter(({ attempt }) => attempt > 0) ?? [];
  const tabs: readonly Tab[] = [
    {
      id: 'overview',
      label: 'Overview',
      content: () => (
        <div className="space-y-6 p-4">
          {plan?.description ? <p className="text-soft text-sm">{plan.description}</p> : null}
          {error === null ? null : <FaultNote fault={error} />}
          {open ? <Explanation run={run.id} step={name} item={item} /> : null}
          {step.reused === null ? null : (
            <p className="text-soft text-sm">
              Taken over from run {step.reused.run}
              {step.reused.items === null ? '' : `: ${countText(step.reused.items, 'item')}`}; its logs are there.
            </p>
          )}
          {ended || output !== null ? <JsonView name="Output" value={output} /> : null}
          {latest?.input ? <JsonView name="Input" value={latest.input} /> : null}
        </div>
      ),
    },
    ...(step.items !== null && item === undefined
      ? [
          {
            id: 'items',
            label: (
              <>
                Items <Count>{step.items.total}</Count>
              </>
            ),
            content: () => (
              <ItemsTab run={run.id} step={name} onOpen={(next) => onChange({ item: String(next), tab: undefined })} />
            ),
          },
        ]
      : []),
    ...(isCall
      ? [{ id: 'child', label: 'Child run', content: () => <ChildRun run={run.id} step={name} item={item ?? -1} /> }]
      : []),
    { id: 'logs', label: 'Logs', content: () => <LogsTab run={run.id} step={name} item={item} ended={ended} /> },
    ...(real.length === 0
      ? []
      : [
          {
            id: 'attempts',
            label: (
              <>
                Attempts <Count>{real.length}</Count>
              </>
            ),
            content: () => <AttemptList attempts={real} />,
          },
        ]),
  ];
  return (
    <Card className="min-w-0">
      <div className="flex items-start justify-between gap-2 px-4 pt-3 pb-1">
        <div className="min-w-0">
          <h2 className="truncate font-semibold">
            {name}
            {item === undefined ? null : (
              <>
                <span className="text-soft"> item {item}</span>
                <button
                  type="button"
                  className="ml-3 font-normal text-accent text-sm hover:underline"
                  onClick={() => onChange({ item: undefined, tab: 'items' })}
                >
                  all items
                </button>
              </>
            )}
          </h2>
          <p className="flex flex-wrap items-center gap-x-3 text-sm">
            <StatusText
              status={item === undefined ? step.status : (latest?.status ?? 'pending')}
              reason={item === undefined ? stepNote(step) : (latest?.reason ?? null)}
            />
            {plan === undefined ? null : (
              <span className="text-faint">
                {plan.action.inline ? plan.action.type : `${plan.action.name} (${plan.action.type})`}
              </span>
            )}
          </p>
        </div>
        <IconButton
          label="Close the step"
          onClick={() => onChange({ step: undefined, item: undefined, tab: undefined, line: undefined })}
        >
          <X />
        </IconButton>
      </div>
      <Tabs
        label={`Step ${name}`}
        value={tab}
        onChange={(next) => onChange({ tab: next, line: undefined })}
        tabs={tabs}
      />
    </Card>
  );
}
