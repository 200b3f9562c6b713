import clsx from 'clsx';
import type { ReactNode } from 'react';

/** One of a few views, side by side. */
export function Segmented<Value extends string>({
  label,
  value,
  options,
  onChange,
}: {
  label: string;
  value: Value;
  options: readonly (readonly [Value, ReactNode])[];
  onChange: (value: Value) => void;
}) {
  return (
    <fieldset className="inline-flex rounded-md border bg-surface p-0.5">
      <legend className="sr-only">{label}</legend>
      {options.map(([one, text]) => (
        <button
          key={one}
          type="button"
          aria-pressed={one === value}
          onClick={() => onChange(one)}
          className={clsx(
            'inline-flex h-6 items-center gap-1.5 rounded-sm px-2 font-medium text-xs [&_svg]:size-3.5',
            one === value ? 'bg-selected text-text' : 'text-soft hover:text-text',
          )}
        >
          {text}
        </button>
      ))}
    </fieldset>
  );
}
