import type { Workspace } from '@millrace/api';
import { CircleAlert, TriangleAlert } from 'lucide-react';

type Diagnostic = Workspace['diagnostics'][number];

/** What is wrong with files, errors first: the place, the problem, the remedy. */
export function Diagnostics({ diagnostics }: { diagnostics: readonly Diagnostic[] }) {
  const sorted = [...diagnostics].sort((left, right) => rank(left) - rank(right));
  return (
    <ul className="divide-y">
      {sorted.map((diagnostic) => (
        <li key={JSON.stringify(diagnostic)} className="flex gap-2 px-4 py-2 text-sm">
          {diagnostic.severity === 'error' ? (
            <CircleAlert role="img" aria-label="error" className="mt-0.5 size-4 shrink-0 text-bad" />
          ) : (
            <TriangleAlert role="img" aria-label="warning" className="mt-0.5 size-4 shrink-0 text-wait" />
          )}
          <div className="min-w-0">
            <p className="break-words">
              {diagnostic.file === '' ? null : (
                <code className="mr-2 font-mono text-soft text-xs">
                  {diagnostic.file}:{diagnostic.line}:{diagnostic.column}
                </code>
              )}
              <WithCode text={diagnostic.message} />
            </p>
            {diagnostic.hint === null ? null : (
              <p className="text-soft">
                <WithCode text={diagnostic.hint} />
              </p>
            )}
          </div>
        </li>
      ))}
    </ul>
  );
}

/** What stands between backticks is text of files. */
const WithCode = ({ text }: { text: string }) =>
  text.split('`').map((part, index) =>
    index % 2 === 0 ? (
      part
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one text never move
      <code key={index} className="rounded-sm bg-code px-1 font-mono text-xs">
        {part}
      </code>
    ),
  );

const rank = ({ severity }: Diagnostic): number => (severity === 'error' ? 0 : 1);

/** `2 errors, 1 warning`; null: none. */
export function diagnosticsText(diagnostics: readonly Diagnostic[]): string | null {
  const count = (severity: Diagnostic['severity']) => diagnostics.filter((one) => one.severity === severity).length;
  const parts = (['error', 'warning'] as const).flatMap((severity) => {
    const found = count(severity);
    return found === 0 ? [] : [`${found} ${severity}${found === 1 ? '' : 's'}`];
  });
  return parts.length === 0 ? null : parts.join(', ');
}
