import { type Ref, useEffect, useState } from 'react';
import { fieldClass } from './text-field.tsx';

/** Filters by an exact name. It counts when Enter is pressed or the field is left, so that no half name empties the list. */
export function NameField({
  label,
  value,
  onChange,
  narrow = false,
  ref,
}: {
  label: string;
  value: string;
  onChange: (value: string) => void;
  narrow?: boolean;
  ref?: Ref<HTMLInputElement>;
}) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  const settle = () => {
    if (text.trim() !== value) onChange(text.trim());
  };
  return (
    <input
      ref={ref}
      aria-label={label}
      placeholder={label}
      value={text}
      onChange={(event) => setText(event.target.value)}
      onBlur={settle}
      onKeyDown={(event) => {
        if (event.key === 'Enter') settle();
        if (event.key === 'Escape') event.currentTarget.blur();
      }}
      className={`${fieldClass} ${narrow ? 'w-36!' : 'w-40!'}`}
    />
  );
}
