import { type ReactNode, useId } from 'react';
import { Select } from '../select-field.tsx';
import { fieldClass } from '../text-field.tsx';
import { parseJson } from './field-text.ts';
import type { FormField, Json } from './form-field.ts';

/** One field: its name as people wrote it in the file, what it is for, and what is wrong with it. */
export function FieldInput({
  field,
  text,
  error,
  onChange,
}: {
  field: FormField;
  text: string;
  error: string | undefined;
  onChange: (text: string) => void;
}) {
  const id = useId();
  const described = `${id}-note`;
  const notes = [field.description, field.hint].filter((note) => note !== null);
  const control = { field, text, onChange, id, described, wrong: error !== undefined };
  const need = field.required && field.initial === undefined ? 'required' : 'optional';
  return (
    <div>
      <div className="mb-1 flex items-baseline gap-2">
        {field.kind === 'choices' ? (
          <span id={id} className="font-medium text-sm">
            {field.name}
          </span>
        ) : (
          <label htmlFor={id} className="font-medium text-sm">
            {field.name}
          </label>
        )}
        <span className="text-faint text-xs">{need}</span>
      </div>
      <Control {...control} />
      <div id={described} className="mt-1 space-y-0.5 text-soft text-xs">
        {error === undefined ? null : (
          <p role="alert" className="text-bad">
            {error}
          </p>
        )}
        {notes.map((note) => (
          <p key={note}>{note}</p>
        ))}
      </div>
    </div>
  );
}

type ControlProps = Readonly<{
  field: FormField;
  text: string;
  onChange: (text: string) => void;
  id: string;
  described: string;
  wrong: boolean;
}>;

const inputTypes: Readonly<Partial<Record<FormField['kind'], string>>> = {
  secret: 'password',
  date: 'date',
  moment: 'datetime-local',
};

function Control(props: ControlProps): ReactNode {
  const { field, text, onChange, id, described, wrong } = props;
  const common = { id, 'aria-describedby': described, 'aria-invalid': wrong ? true : undefined } as const;
  switch (field.kind) {
    case 'choices':
      return <Boxes {...props} />;
    case 'flag':
    case 'choice': {
      const values = field.kind === 'flag' ? [true, false] : field.choices;
      return (
        <Select {...common} value={text} onChange={(event) => onChange(event.target.value)}>
          {text === '' || !field.required ? <option value="">not given</option> : null}
          {values.map((value) => (
            <option key={JSON.stringify(value)} value={JSON.stringify(value)}>
              {choiceText(value)}
            </option>
          ))}
        </Select>
      );
    }
    case 'lines':
    case 'json':
      return (
        <textarea
          {...common}
          value={text}
          rows={Math.min(16, Math.max(3, text.split('\n').length))}
          spellCheck={field.kind === 'lines'}
          onChange={(event) => onChange(event.target.value)}
          className={`${fieldClass} h-auto! py-1.5 ${field.kind === 'json' ? 'font-mono text-xs!' : ''}`}
        />
      );
    default:
      return (
        <input
          {...common}
          type={inputTypes[field.kind] ?? 'text'}
          {...(field.kind === 'moment' ? { step: 1 } : {})}
          {...(field.kind === 'integer' ? { inputMode: 'numeric' as const } : {})}
          {...(field.kind === 'number' ? { inputMode: 'decimal' as const } : {})}
          autoComplete="off"
          value={text}
          onChange={(event) => onChange(event.target.value)}
          className={fieldClass}
        />
      );
  }
}

/** Several of a few values: one box for each. */
function Boxes({ field, text, onChange, id, described }: ControlProps) {
  const parsed = parseJson(text === '' ? '[]' : text);
  const chosen = parsed.ok && Array.isArray(parsed.value) ? parsed.value.map((one) => JSON.stringify(one)) : [];
  const toggle = (value: string) => {
    const next = field.choices
      .map((choice) => JSON.stringify(choice))
      .filter((choice) => (choice === value) !== chosen.includes(choice));
    onChange(`[${next.join(',')}]`);
  };
  return (
    <fieldset aria-labelledby={id} aria-describedby={described} className="flex flex-wrap gap-x-4 gap-y-1">
      {field.choices.map((choice) => {
        const value = JSON.stringify(choice);
        return (
          <label key={value} className="flex items-center gap-2 text-sm">
            <input
              type="checkbox"
              className="size-4 accent-(--accent-strong)"
              checked={chosen.includes(value)}
              onChange={() => toggle(value)}
            />
            {choiceText(choice)}
          </label>
        );
      })}
    </fieldset>
  );
}

const choiceText = (value: Json): string =>
  value === true ? 'yes' : value === false ? 'no' : typeof value === 'string' ? value : JSON.stringify(value);
