import { ChevronDown } from 'lucide-react';
import { type ComponentProps, useId } from 'react';
import { fieldClass } from './text-field.tsx';

/** One of several values. The browser's own list: it works on phones and with every aid. */
export function SelectField({
  label,
  hideLabel = false,
  value,
  options,
  onChange,
  className = '',
}: {
  label: string;
  hideLabel?: boolean;
  value: string;
  options: readonly (readonly [value: string, text: string])[];
  onChange: (value: string) => void;
  className?: string;
}) {
  const id = useId();
  return (
    <div className={className}>
      <label htmlFor={id} className={hideLabel ? 'sr-only' : 'mb-1 block font-medium text-sm'}>
        {label}
      </label>
      <Select id={id} value={value} onChange={(event) => onChange(event.target.value)}>
        {options.map(([one, text]) => (
          <option key={one} value={one}>
            {text}
          </option>
        ))}
      </Select>
    </div>
  );
}

/** The list alone; whoever shows it labels it. */
export const Select = (props: Omit<ComponentProps<'select'>, 'className'>) => (
  <div className="relative">
    <select {...props} className={`${fieldClass} cursor-pointer appearance-none pr-7`} />
    <ChevronDown aria-hidden className="pointer-events-none absolute top-2 right-2 size-4 text-faint" />
  </div>
);
