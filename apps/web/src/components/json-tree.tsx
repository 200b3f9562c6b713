import { ChevronRight } from 'lucide-react';
import { useState } from 'react';
import { CodeView } from './code-view.tsx';
import { CopyButton } from './copy-button.tsx';
import { countText } from './count-text.ts';
import { Segmented } from './segmented.tsx';

/** How many entries of one object or list are shown before "show more". */
const shownEntries = 100;
/** Text of one value that is shown before "show all". */
const shownCharacters = 2_000;

/** A JSON value under its name, as a tree that folds, or as raw text. */
export function JsonView({ name, value }: { name: string; value: unknown }) {
  const [raw, setRaw] = useState(false);
  const label = name.toLowerCase();
  if (isNothing(value)) {
    return (
      <section aria-label={name}>
        <h3 className="mb-1 font-medium text-sm">{name}</h3>
        <p className="text-soft text-sm">No {label}.</p>
      </section>
    );
  }
  const text = JSON.stringify(value, null, 2);
  const isTree = typeof value === 'object';
  return (
    <section aria-label={name}>
      <div className="mb-1 flex h-7 items-center gap-2">
        <h3 className="mr-auto font-medium text-sm">{name}</h3>
        {isTree ? (
          <>
            <Segmented
              label={`View of the ${label}`}
              value={raw ? 'raw' : 'tree'}
              options={[
                ['tree', 'Tree'],
                ['raw', 'Raw'],
              ]}
              onChange={(view) => setRaw(view === 'raw')}
            />
            <CopyButton text={text} label={`Copy the ${label}`} />
          </>
        ) : null}
      </div>
      {raw || !isTree ? (
        <CodeView text={typeof value === 'string' ? value : text} label={`Copy the ${label}`} />
      ) : (
        <div className="overflow-x-auto rounded-md border bg-code py-2 pr-3 pl-1 font-mono text-xs leading-5">
          <Entries value={value as object} depth={0} />
        </div>
      )}
    </section>
  );
}

const isNothing = (value: unknown): boolean =>
  value === null || value === undefined || (typeof value === 'object' && Object.keys(value).length === 0);

function Entries({ value, depth }: { value: object; depth: number }) {
  const [shown, setShown] = useState(shownEntries);
  const entries = Object.entries(value);
  if (entries.length === 0) return <div className="pl-5 text-faint">{Array.isArray(value) ? '[ ]' : '{ }'}</div>;
  return (
    <>
      {entries.slice(0, shown).map(([name, one]) => (
        <Entry key={name} name={name} value={one} depth={depth} />
      ))}
      {entries.length > shown ? (
        <button type="button" className="pl-5 text-accent hover:underline" onClick={() => setShown(shown + 1_000)}>
          {entries.length - shown} more
        </button>
      ) : null}
    </>
  );
}

function Entry({ name, value, depth }: { name: string; value: unknown; depth: number }) {
  const [open, setOpen] = useState(depth < 2);
  if (value === null || typeof value !== 'object') {
    return (
      <div className="flex gap-1.5 pl-5">
        <span className="shrink-0 text-soft">{name}</span>
        <Leaf value={value} />
      </div>
    );
  }
  const size = Object.keys(value).length;
  return (
    <div>
      <button
        type="button"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
        className="flex items-center gap-1 rounded-sm pr-1 text-left hover:bg-hover"
      >
        <ChevronRight aria-hidden className={`size-4 text-faint transition-transform ${open ? 'rotate-90' : ''}`} />
        <span className="text-soft">{name}</span>
        <span className="text-faint">{Array.isArray(value) ? `[${size}]` : `{${size}}`}</span>
      </button>
      {open ? (
        <div className="ml-2 border-l pl-1">
          <Entries value={value} depth={depth + 1} />
        </div>
      ) : null}
    </div>
  );
}

function Leaf({ value }: { value: unknown }) {
  const [all, setAll] = useState(false);
  if (typeof value !== 'string') return <span className="text-busy">{String(value)}</span>;
  const shown = all ? value : value.slice(0, shownCharacters);
  return (
    <span className="min-w-0 whitespace-pre-wrap break-words text-good">
      {JSON.stringify(shown)}
      {shown.length < value.length ? (
        <button type="button" className="ml-1 text-accent hover:underline" onClick={() => setAll(true)}>
          {countText(value.length - shown.length, 'character')} more
        </button>
      ) : null}
    </span>
  );
}
