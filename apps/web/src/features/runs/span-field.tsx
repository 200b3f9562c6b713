import { SelectField } from '../../components/select-field.tsx';
import type { Span } from './search.ts';

/** Narrows a list to what is not older. */
export const SpanField = ({
  label,
  value,
  onChange,
}: {
  label: string;
  value: Span | undefined;
  onChange: (value: Span | undefined) => void;
}) => (
  <SelectField
    label={label}
    hideLabel
    className="w-36"
    value={value ?? ''}
    options={[
      ['', 'Any time'],
      ['1h', 'Last hour'],
      ['24h', 'Last 24 hours'],
      ['7d', 'Last 7 days'],
      ['30d', 'Last 30 days'],
    ]}
    onChange={(within) => onChange((within || undefined) as Span | undefined)}
  />
);
