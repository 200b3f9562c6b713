import { useNavigate } from '@tanstack/react-router';
import { Bookmark, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { stringifySearch } from '../../app/search-params.ts';
import { Button, IconButton } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { TextField } from '../../components/text-field.tsx';
import { parseRunSearch, type RunSearch } from './search.ts';

type Saved = Readonly<{ name: string; search: RunSearch }>;

const key = 'millrace.run-filters';

/** What this browser keeps. Whatever else stands there is left out. */
function readSaved(): readonly Saved[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(key) ?? '[]');
    return Array.isArray(stored)
      ? stored.flatMap((one) =>
          typeof one?.name === 'string' ? [{ name: one.name, search: parseRunSearch(one.search ?? {}) }] : [],
        )
      : [];
  } catch {
    return [];
  }
}

/** Filters with a name, kept in this browser. To share one, share the address. */
export function SavedFilters({ search }: { search: RunSearch }) {
  const [open, setOpen] = useState(false);
  const [saved, setSaved] = useState(readSaved);
  const [name, setName] = useState('');
  const navigate = useNavigate();
  const { workspace: _workspace, ...own } = search;
  const hasFilter = Object.keys(own).length > 0;
  const keep = (next: readonly Saved[]) => {
    localStorage.setItem(key, JSON.stringify(next));
    setSaved(next);
  };
  return (
    <>
      <Button look="quiet" onClick={() => setOpen(true)}>
        <Bookmark aria-hidden />
        Saved
      </Button>
      <Dialog
        open={open}
        onOpenChange={setOpen}
        title="Saved filters"
        description="Kept in this browser. To share a filter, share its address."
      >
        <div className="space-y-4">
          {saved.length === 0 ? (
            <p className="text-soft text-sm">None yet. Narrow the list, then save the filter here.</p>
          ) : (
            <ul className="divide-y">
              {saved.map((one) => (
                <li key={one.name} className="flex items-center gap-2 py-1">
                  <button
                    type="button"
                    className="min-w-0 flex-1 rounded-sm px-2 py-1 text-left hover:bg-hover"
                    onClick={() => {
                      setOpen(false);
                      void navigate({ to: '/runs', search: { workspace: undefined, ...one.search } });
                    }}
                  >
                    <span className="font-medium text-sm">{one.name}</span>
                    <span className="block truncate text-soft text-xs">
                      {stringifySearch(one.search).slice(1).replaceAll('&', ', ')}
                    </span>
                  </button>
                  <IconButton label={`Remove ${one.name}`} onClick={() => keep(saved.filter((other) => other !== one))}>
                    <Trash2 />
                  </IconButton>
                </li>
              ))}
            </ul>
          )}
          {hasFilter ? (
            <form
              className="flex items-end gap-2"
              onSubmit={(event) => {
                event.preventDefault();
                keep([...saved.filter((one) => one.name !== name.trim()), { name: name.trim(), search }]);
                setName('');
              }}
            >
              <div className="flex-1">
                <TextField label="Save the filter that is set now as" value={name} onChange={setName} />
              </div>
              <Button type="submit" look="primary" disabled={name.trim() === ''}>
                Save
              </Button>
            </form>
          ) : null}
        </div>
      </Dialog>
    </>
  );
}
