import { Link, useLocation } from '@tanstack/react-router';
import clsx from 'clsx';
import { useEffect, useMemo, useRef } from 'react';
import { CopyButton } from './copy-button.tsx';
import { YamlLine, yamlLines } from './yaml-line.tsx';

/** A YAML file. Each line has an address: `#L12` leads there, and the number of a line is a link to it. */
export function SourceView({ text, first }: { text: string; first?: number }) {
  const lines = useMemo(() => yamlLines(text.replace(/\n$/, '')), [text]);
  const hash = useLocation({ select: (location) => location.hash });
  const target = /^L\d+$/.test(hash) ? Number(hash.slice(1)) : null;
  const view = useRef<HTMLElement>(null);
  const shown = target ?? first ?? null;
  useEffect(() => {
    if (shown === null || shown < 10) return;
    view.current?.querySelector(`[data-line="${shown}"]`)?.scrollIntoView({ block: 'center' });
  }, [shown]);
  return (
    <div className="group relative">
      <CopyButton text={text} label="Copy the file" className="absolute top-2 right-2 z-10 bg-code" />
      <section
        ref={view}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
        tabIndex={0}
        aria-label="Source"
        className="overflow-x-auto bg-code py-2 font-mono text-xs leading-5"
      >
        {lines.map((pieces, index) => (
          <div
            // biome-ignore lint/suspicious/noArrayIndexKey: a line has no other name than its number
            key={index}
            data-line={index + 1}
            className={clsx('flex w-max min-w-full pr-12', index + 1 === target && 'bg-selected')}
          >
            <Link
              to="."
              search={true}
              hash={`L${index + 1}`}
              hashScrollIntoView={false}
              resetScroll={false}
              replace
              tabIndex={-1}
              aria-label={`Line ${index + 1}`}
              className="sticky left-0 w-12 shrink-0 select-none bg-code pr-4 text-right text-faint hover:text-text"
            >
              {index + 1}
            </Link>
            <code className="whitespace-pre font-mono">
              <YamlLine pieces={pieces} />
            </code>
          </div>
        ))}
      </section>
    </div>
  );
}
