import { Search } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useShortcut } from './shortcuts.ts';
import { fieldClass } from './text-field.tsx';

/** Narrows what a page shows while one types; `/` goes there, Escape leaves it. */
export function SearchField({
  label,
  value,
  onChange,
}: {
  label: string;
  value: string;
  onChange: (value: string) => void;
}) {
  const field = useRef<HTMLInputElement>(null);
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  useShortcut({ keys: '/', label, group: 'This page' }, () => field.current?.focus());
  return (
    <div className="relative w-56">
      <Search aria-hidden className="pointer-events-none absolute top-2 left-2 size-4 text-faint" />
      <input
        ref={field}
        type="search"
        aria-label={label}
        placeholder={label}
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          onChange(event.target.value);
        }}
        onKeyDown={(event) => {
          if (event.key === 'Escape') event.currentTarget.blur();
        }}
        className={`${fieldClass} pl-8!`}
      />
    </div>
  );
}
