import { useNavigate } from '@tanstack/react-router';
import { X } from 'lucide-react';
import { type ReactNode, useRef } from 'react';
import { Button } from '../../components/button.tsx';
import { Menu, MenuItem } from '../../components/menu.tsx';
import { NameField } from '../../components/name-field.tsx';
import { useShortcut } from '../../components/shortcuts.ts';
import { statuses } from '../../components/status.tsx';
import { type RunSearch, runStatuses } from './search.ts';
import { SpanField } from './span-field.tsx';

/** The filter above the list. All of it is in the address, so it can be kept, shared and gone back to. */
export function RunFilters({ search }: { search: RunSearch }) {
  const navigate = useNavigate({ from: '/runs' });
  const change = (next: Partial<Record<keyof RunSearch, unknown>>) =>
    void navigate({ search: (before) => ({ ...before, ...next }) as RunSearch, replace: true });
  const { workspace: _workspace, ...own } = search;
  return (
    <div className="flex flex-wrap items-center gap-2">
      <StatusFilter
        value={search.status ?? []}
        onChange={(status) => change({ status: status.length === 0 ? undefined : status })}
      />
      <WorkflowFilter
        value={search.workflow ?? ''}
        onChange={(workflow) => change({ workflow: workflow || undefined })}
      />
      <NameField label="Tag" narrow value={search.tag ?? ''} onChange={(tag) => change({ tag: tag || undefined })} />
      <SpanField label="Begun within" value={search.within} onChange={(within) => change({ within })} />
      <label className="flex h-8 items-center gap-2 text-soft text-sm">
        <input
          type="checkbox"
          className="size-4 accent-(--accent-strong)"
          checked={search.children === 'true'}
          onChange={(event) => change({ children: event.target.checked ? 'true' : undefined })}
        />
        with child runs
      </label>
      {search.parent === undefined ? null : (
        <Fixed onRemove={() => change({ parent: undefined })}>children of run {search.parent}</Fixed>
      )}
      {search.rerun_of === undefined ? null : (
        <Fixed onRemove={() => change({ rerun_of: undefined })}>re-runs of run {search.rerun_of}</Fixed>
      )}
      {Object.keys(own).length === 0 ? null : (
        <Button
          look="quiet"
          onClick={() =>
            void navigate({
              search: (before) => (before.workspace === undefined ? {} : { workspace: before.workspace }),
              replace: true,
            })
          }
        >
          Clear
        </Button>
      )}
    </div>
  );
}

function StatusFilter({
  value,
  onChange,
}: {
  value: readonly (typeof runStatuses)[number][];
  onChange: (value: (typeof runStatuses)[number][]) => void;
}) {
  const text = value.length === 0 ? 'Any status' : value.map((status) => statuses[status].word).join(', ');
  return (
    <Menu align="start" trigger={<Button>{text}</Button>}>
      {runStatuses.map((status) => (
        <MenuItem
          key={status}
          checked={value.includes(status)}
          onSelect={() => onChange(value.includes(status) ? value.filter((one) => one !== status) : [...value, status])}
        >
          {statuses[status].word}
        </MenuItem>
      ))}
    </Menu>
  );
}

/** The name of a workflow, which `/` leads to. */
function WorkflowFilter({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const field = useRef<HTMLInputElement>(null);
  useShortcut({ keys: '/', label: 'Filter by workflow', group: 'This page' }, () => field.current?.focus());
  return <NameField ref={field} label="Workflow" narrow value={value} onChange={onChange} />;
}

function Fixed({ children, onRemove }: { children: ReactNode; onRemove: () => void }) {
  return (
    <Button onClick={onRemove} title="Remove this filter">
      {children}
      <X />
    </Button>
  );
}
