import { useState } from 'react';
import { objectIn, record, resolve, type Schema, typeText } from './operations.ts';

type Document = Readonly<Record<string, unknown>>;

/** The properties of an object: name, type, meaning. Those that are objects themselves unfold on request. */
export function SchemaTree({ document, schema }: { document: Document; schema: Schema }) {
  const object = objectIn(document, schema);
  if (object === null) return <code className="font-mono text-xs">{typeText(document, schema)}</code>;
  const required = new Set(Array.isArray(object.required) ? object.required : []);
  return (
    <dl className="space-y-1 border-l pl-3 text-sm">
      {Object.entries(record(object.properties)).map(([name, property]) => (
        <Property key={name} document={document} name={name} schema={record(property)} required={required.has(name)} />
      ))}
    </dl>
  );
}

function Property({
  document,
  name,
  schema,
  required,
}: {
  document: Document;
  name: string;
  schema: Schema;
  required: boolean;
}) {
  const [open, setOpen] = useState(false);
  const inner = objectIn(document, schema);
  const type = typeText(document, schema);
  const description = schema.description ?? resolve(document, schema).schema.description;
  return (
    <div className="flex flex-wrap items-baseline gap-x-3">
      <dt className="font-mono text-xs">
        {name}
        {required ? '' : '?'}
      </dt>
      <dd className="min-w-0 text-soft">
        {inner === null ? (
          <code className="break-words font-mono text-busy text-xs">{type}</code>
        ) : (
          <button
            type="button"
            aria-expanded={open}
            onClick={() => setOpen(!open)}
            className="rounded-sm font-mono text-accent text-xs hover:underline"
          >
            {type}
          </button>
        )}{' '}
        {typeof description === 'string' ? description : null}
        {open && inner !== null ? <SchemaTree document={document} schema={inner} /> : null}
      </dd>
    </div>
  );
}
