import { useQuery } from '@tanstack/react-query';
import { useLocation } from '@tanstack/react-router';
import { useEffect, useMemo, useRef, useState } from 'react';
import { api } from '../../api/client.ts';
import { Mark } from '../../components/mark.tsx';
import { Page, Section } from '../../components/page.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { SearchField } from '../../components/search-field.tsx';
import { type Operation, operationsOf } from './operations.ts';
import { SchemaTree } from './schema-tree.tsx';

/** The HTTP API of this very server, from its OpenAPI document. Each operation has an address: `#startRun`. */
export function ApiReferencePage() {
  const [words, setWords] = useState('');
  const query = useQuery({
    queryKey: ['system', 'openapi'],
    queryFn: ({ signal }) => api.system.openApi({ signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });
  return (
    <Page title="API reference" actions={<SearchField label="Search operations" value={words} onChange={setWords} />}>
      <QueryView query={query} what="the API" skeletonRows={12}>
        {(document) => <Reference document={document} words={words} />}
      </QueryView>
    </Page>
  );
}

function Reference({ document, words }: { document: Readonly<Record<string, unknown>>; words: string }) {
  const operations = useMemo(() => operationsOf(document), [document]);
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  const hash = useLocation({ select: (location) => location.hash });
  const shown = operations.filter(({ id, method, path, summary, tag }) => {
    if (id === hash) return true; // whoever follows a link to it sees it, whatever was searched for
    const text = `${id} ${method} ${path} ${summary} ${tag}`.toLowerCase();
    return wanted.every((word) => text.includes(word));
  });
  const tags = [...new Set(shown.map(({ tag }) => tag))];
  if (tags.length === 0) return <p className="text-soft text-sm">No operation matches.</p>;
  return tags.map((tag) => (
    <Section key={tag} title={tag}>
      <div className="divide-y">
        {shown
          .filter((operation) => operation.tag === tag)
          .map((operation) => (
            <OperationRow key={operation.id} document={document} operation={operation} />
          ))}
      </div>
    </Section>
  ));
}

function OperationRow({ document, operation }: { document: Readonly<Record<string, unknown>>; operation: Operation }) {
  const hash = useLocation({ select: (location) => location.hash });
  const [open, setOpen] = useState(false);
  const row = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    if (hash !== operation.id) return;
    setOpen(true);
    row.current?.scrollIntoView();
  }, [hash, operation.id]);
  return (
    <details
      ref={row}
      id={operation.id}
      open={open}
      onToggle={(event) => setOpen(event.currentTarget.open)}
      className="scroll-mt-4 text-sm"
    >
      <summary className="focus-row flex cursor-pointer flex-wrap items-baseline gap-x-3 gap-y-1 px-4 py-2 hover:bg-hover">
        <span className="w-12 font-medium font-mono text-xs">{operation.method}</span>
        <code className="min-w-0 break-all font-mono text-xs">{operation.path}</code>
        <span className="text-soft">{operation.summary}</span>
      </summary>
      {open ? <OperationDetail document={document} operation={operation} /> : null}
    </details>
  );
}

function OperationDetail({ document, operation }: Parameters<typeof OperationRow>[0]) {
  return (
    <div className="space-y-4 px-4 pt-1 pb-4">
      {operation.description === null ? null : <p className="max-w-3xl text-soft">{operation.description}</p>}
      {operation.parameters.length === 0 ? null : (
        <Part title="Parameters">
          <SchemaTree document={document} schema={parameterObject(operation)} />
        </Part>
      )}
      {operation.body === null ? null : (
        <Part title="Body">
          <SchemaTree document={document} schema={operation.body} />
        </Part>
      )}
      {operation.responses.map(({ status, description, schema }) => (
        <Part key={status} title={<StatusMark status={status} />}>
          <p className="mb-1 text-soft">{description}</p>
          {schema === null || !status.startsWith('2') ? null : <SchemaTree document={document} schema={schema} />}
        </Part>
      ))}
    </div>
  );
}

const StatusMark = ({ status }: { status: string }) => (
  <Mark tone={status.startsWith('2') ? 'good' : 'idle'}>{status}</Mark>
);

const Part = ({ title, children }: { title: React.ReactNode; children: React.ReactNode }) => (
  <div>
    <h3 className="mb-1 font-medium">{title}</h3>
    {children}
  </div>
);

/** Parameters look as the properties of an object do; where they stand is told with what they mean. */
const parameterObject = ({ parameters }: Operation) => ({
  type: 'object',
  properties: Object.fromEntries(
    parameters.map(({ name, in: place, description, schema }) => [
      name,
      { ...schema, description: [`in the ${place}.`, description].filter(Boolean).join(' ') },
    ]),
  ),
  required: parameters.filter(({ required }) => required).map(({ name }) => name),
});
