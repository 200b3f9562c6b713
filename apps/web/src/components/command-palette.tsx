// ⌘K: go anywhere. Pages, workflows and runs, by a few letters of their name; a number is a run.
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Hash, Search, Workflow } from 'lucide-react';
import { Dialog } from 'radix-ui';
import { type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { api } from '../api/client.ts';
import { useNavigation } from '../app/navigation.ts';
import { useShortcut } from './shortcuts.ts';
import { StatusIcon } from './status.tsx';

type Choice = Readonly<{ id: string; icon: ReactNode; text: string; note?: string; go: () => void }>;

export function CommandPalette({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  useShortcut({ keys: 'mod+k', label: 'Search and go anywhere', group: 'Everywhere' }, () => onOpenChange(true));
  return (
    <Dialog.Root open={open} onOpenChange={onOpenChange}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 bg-overlay" />
        <Dialog.Content
          aria-describedby={undefined}
          className="fixed top-[12vh] left-1/2 z-50 w-[calc(100vw-2rem)] max-w-xl -translate-x-1/2 overflow-clip rounded-lg border bg-raised shadow-xl"
        >
          <Dialog.Title className="sr-only">Search</Dialog.Title>
          <Palette close={() => onOpenChange(false)} />
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Palette({ close }: { close: () => void }) {
  const [text, setText] = useState('');
  const [active, setActive] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const listId = useId();
  const choices = useChoices(text, close);
  useEffect(() => {
    list.current?.querySelector(`[data-index="${active}"]`)?.scrollIntoView({ block: 'nearest' });
  }, [active]);
  const move = (by: number) => setActive((before) => (before + by + choices.length) % Math.max(1, choices.length));
  return (
    <>
      <div className="flex items-center gap-2 border-b px-4">
        <Search aria-hidden className="size-4 text-faint" />
        <input
          // biome-ignore lint/a11y/noAutofocus: the dialog is this field
          autoFocus
          role="combobox"
          aria-expanded
          aria-controls={listId}
          aria-activedescendant={choices[active] === undefined ? undefined : `${listId}-${active}`}
          aria-label="Search pages, workflows and runs"
          placeholder="Page, workflow, or number of a run"
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            setActive(0);
          }}
          onKeyDown={(event) => {
            if (event.key === 'ArrowDown') move(1);
            else if (event.key === 'ArrowUp') move(-1);
            else if (event.key === 'Enter') choices[active]?.go();
            else return;
            event.preventDefault();
          }}
          className="h-12 w-full bg-transparent outline-none placeholder:text-faint"
        />
      </div>
      <div ref={list} id={listId} role="listbox" aria-label="Results" className="max-h-[50vh] overflow-y-auto p-1">
        {choices.map(({ id, icon, text: name, note, go }, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the field above has the keys
          <div
            key={id}
            id={`${listId}-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === active}
            data-index={index}
            onClick={go}
            onMouseMove={() => setActive(index)}
            className="flex h-9 cursor-pointer items-center gap-2 rounded-sm px-3 text-sm aria-selected:bg-selected [&_svg]:size-4 [&_svg]:text-faint"
          >
            {icon}
            <span className="truncate">{name}</span>
            {note === undefined ? null : <span className="ml-auto truncate pl-4 text-faint text-xs">{note}</span>}
          </div>
        ))}
        {choices.length === 0 ? (
          <p className="px-3 py-6 text-center text-soft text-sm">Nothing has that name.</p>
        ) : null}
      </div>
    </>
  );
}

/** What matches the text: every word of it must occur. */
function useChoices(text: string, close: () => void): readonly Choice[] {
  const navigate = useNavigate();
  const pages = useNavigation();
  const workflows = useQuery({ queryKey: ['palette', 'workflows'], queryFn: allWorkflows, staleTime: 30_000 });
  const runs = useQuery({
    queryKey: ['palette', 'runs'],
    queryFn: ({ signal }) => api.runs.list({ limit: 50, top_level: true }, { signal }),
  });
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const matches = (...names: readonly string[]) => words.every((word) => names.join(' ').toLowerCase().includes(word));
  const goTo = (run: string) => () => {
    close();
    void navigate({ to: '/runs/$run', params: { run } });
  };
  return [
    ...(/^#?\d+$/.test(text.trim())
      ? [
          {
            id: 'number',
            icon: <Hash />,
            text: `Run ${text.trim().replace('#', '')}`,
            go: goTo(text.trim().replace('#', '')),
          },
        ]
      : []),
    ...pages
      .filter(({ label }) => matches(label))
      .map(({ to, label, icon: Icon }) => ({
        id: to,
        icon: <Icon />,
        text: label,
        note: 'Page',
        go: () => {
          close();
          void navigate({ to });
        },
      })),
    ...(workflows.data ?? [])
      .filter(({ workspace, name }) => words.length > 0 && matches(workspace, name, 'workflow'))
      .slice(0, 20)
      .map(({ workspace, name }) => ({
        id: `workflow ${workspace}/${name}`,
        icon: <Workflow />,
        text: name,
        note: `Workflow in ${workspace}`,
        go: () => {
          close();
          void navigate({ to: '/workflows/$workspace/$workflow', params: { workspace, workflow: name } });
        },
      })),
    ...(runs.data?.items ?? [])
      .filter((run) => matches(run.id, run.workflow, run.status))
      .slice(0, words.length === 0 ? 5 : 20)
      .map((run) => ({
        id: `run ${run.id}`,
        icon: <StatusIcon status={run.status} />,
        text: `${run.workflow} #${run.id}`,
        note: run.workspace,
        go: goTo(run.id),
      })),
  ];
}

async function allWorkflows() {
  const workspaces = await api.workspaces.list();
  const lists = await Promise.all(workspaces.items.map(({ name }) => api.workflows.list(name)));
  return lists.flatMap(({ items }) => items);
}
