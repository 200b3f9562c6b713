// A form for a JSON object, made from its schema. Its values are texts until it is sent; then they are JSON, or the field says why not.

import { CircleAlert } from 'lucide-react';
import { type ReactNode, useEffect, useId, useMemo, useRef, useState } from 'react';
import { Segmented } from '../segmented.tsx';
import { fieldClass } from '../text-field.tsx';
import { FieldInput } from './field-input.tsx';
import { firstText, parseJson, textOfValue, valueOfText } from './field-text.ts';
import { type FormField, fieldsOf, isObject, type Json, type JsonObject } from './form-field.ts';
import { problemsOf, sortProblems } from './form-problems.ts';

export function JsonForm({
  schema,
  parameters = null,
  initial,
  error,
  onSubmit,
  children,
}: {
  schema: JsonObject;
  parameters?: Record<string, JsonObject> | null;
  /** Values to begin with, before the defaults. */
  initial?: JsonObject;
  /** What came of sending it: problems of single values stand at their fields. */
  error: unknown;
  onSubmit: (value: JsonObject) => void;
  /** The buttons, and what else belongs below. */
  children: ReactNode;
}) {
  const fields = useMemo(() => fieldsOf(schema, parameters), [schema, parameters]);
  const [texts, setTexts] = useState<Texts>({});
  const [written, setWhole] = useState<string | null>(null);
  const whole = written ?? (fields === null ? wholeText(initial ?? {}) : null);
  const [wrong, setWrong] = useState<Readonly<Record<string, string>>>({});
  /** Fields that were changed since they were sent: what was said of them is no longer true of what stands in them. */
  const [edited, setEdited] = useState<ReadonlySet<string>>(new Set());
  const names = useMemo(() => new Set((whole === null ? fields : [])?.map(({ name }) => name)), [fields, whole]);
  const { byField, rest } = sortProblems(problemsOf(error), names);

  const form = useRef<HTMLFormElement>(null);
  // What is wrong may stand far above the button that was pressed.
  useEffect(() => {
    if (error !== null || Object.keys(wrong).length > 0) {
      form.current?.querySelector<HTMLElement>('[aria-invalid=true], [role=alert]')?.focus();
    }
  }, [error, wrong]);

  function switchTo(view: 'form' | 'json'): void {
    if (view === 'json') setWhole(wholeText(gather(fields ?? [], texts, initial).value));
    else {
      const parsed = parseJson(whole ?? '{}');
      if (!parsed.ok || !isObject(parsed.value)) {
        setWrong({ '': parsed.ok ? 'Expected a JSON object.' : parsed.message });
        return;
      }
      setTexts(textsOf(fields ?? [], parsed.value));
      setWhole(null);
    }
    setWrong({});
  }

  function send(): void {
    setEdited(new Set());
    if (whole === null) {
      const { value, problems } = gather(fields ?? [], texts, initial);
      setWrong(problems);
      if (Object.keys(problems).length === 0) onSubmit(value);
      return;
    }
    const parsed = parseJson(whole);
    const fits = parsed.ok && isObject(parsed.value);
    setWrong(fits ? {} : { '': parsed.ok ? 'Expected a JSON object.' : parsed.message });
    if (parsed.ok && isObject(parsed.value)) onSubmit(parsed.value);
  }

  return (
    <form
      ref={form}
      className="space-y-4"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      {fields === null || fields.length === 0 ? null : (
        <Segmented
          label="How to write the values"
          value={whole === null ? 'form' : 'json'}
          options={[
            ['form', 'Form'],
            ['json', 'JSON'],
          ]}
          onChange={switchTo}
        />
      )}
      {rest.length === 0 ? null : <Problems problems={rest} />}
      {whole !== null ? (
        <Whole text={whole} onChange={setWhole} error={wrong['']} />
      ) : (
        fields?.map((field) => (
          <FieldInput
            key={field.name}
            field={field}
            text={texts[field.name] ?? firstText(field, initial?.[field.name])}
            error={edited.has(field.name) ? undefined : (wrong[field.name] ?? byField.get(field.name))}
            onChange={(text) => {
              setTexts((before) => ({ ...before, [field.name]: text }));
              setEdited((before) => new Set([...before, field.name]));
            }}
          />
        ))
      )}
      {children}
    </form>
  );
}

function Problems({ problems }: { problems: readonly string[] }) {
  return (
    <div role="alert" tabIndex={-1} className="flex gap-2 rounded-md bg-bad-ground px-3 py-2 text-bad text-sm">
      <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
      <ul>
        {problems.map((problem) => (
          <li key={problem}>{problem}</li>
        ))}
      </ul>
    </div>
  );
}

function Whole({
  text,
  error,
  onChange,
}: {
  text: string;
  error: string | undefined;
  onChange: (text: string) => void;
}) {
  const id = useId();
  return (
    <div>
      <label htmlFor={id} className="mb-1 block font-medium text-sm">
        All values, as JSON
      </label>
      <textarea
        id={id}
        value={text}
        rows={Math.min(24, Math.max(6, text.split('\n').length))}
        spellCheck={false}
        aria-invalid={error === undefined ? undefined : true}
        onChange={(event) => onChange(event.target.value)}
        className={`${fieldClass} h-auto! py-1.5 font-mono text-xs!`}
      />
      {error === undefined ? null : (
        <p role="alert" className="mt-1 text-bad text-xs">
          {error}
        </p>
      )}
    </div>
  );
}

/** Of the fields that somebody changed. A schema may take the place of another: what was typed stays. */
type Texts = Readonly<Record<string, string>>;

const textsOf = (fields: readonly FormField[], values: JsonObject): Texts =>
  Object.fromEntries(fields.map((field) => [field.name, textOfValue(field, values[field.name])]));

/** What nobody touched stays exactly as it was given, also where its field shows less of it. */
function gather(fields: readonly FormField[], texts: Texts, initial: JsonObject | undefined) {
  const value: Record<string, Json> = {};
  const problems: Record<string, string> = {};
  for (const field of fields) {
    const text = texts[field.name];
    const given = field.kind === 'secret' ? undefined : initial?.[field.name];
    const read =
      text === undefined && given !== undefined
        ? ({ ok: true, value: given } as const)
        : valueOfText(field, text ?? firstText(field, given));
    if (!read.ok) problems[field.name] = read.message;
    else if (read.value !== undefined) value[field.name] = read.value;
  }
  return { value, problems };
}

const wholeText = (value: JsonObject): string => JSON.stringify(value, null, 2);
