import { type ComponentProps, useId } from 'react';

export const fieldClass =
  'h-8 w-full min-w-0 rounded-md border border-line-strong bg-surface px-2 text-sm text-text placeholder:text-faint aria-[invalid=true]:border-bad';

/** A line of text with its label, and what is wrong with it. */
export function TextField({
  label,
  hideLabel = false,
  value,
  onChange,
  error,
  hint,
  ...props
}: Omit<ComponentProps<'input'>, 'onChange' | 'value'> & {
  label: string;
  hideLabel?: boolean;
  value: string;
  onChange: (value: string) => void;
  error?: string | null;
  hint?: string | null;
}) {
  const id = useId();
  const note = error ?? hint ?? null;
  return (
    <div>
      <label htmlFor={id} className={hideLabel ? 'sr-only' : 'mb-1 block font-medium text-sm'}>
        {label}
      </label>
      <input
        id={id}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        className={fieldClass}
        aria-invalid={error ? true : undefined}
        aria-describedby={note === null ? undefined : `${id}-note`}
        {...props}
      />
      {note === null ? null : (
        <p id={`${id}-note`} className={`mt-1 text-xs ${error ? 'text-bad' : 'text-soft'}`}>
          {note}
        </p>
      )}
    </div>
  );
}
