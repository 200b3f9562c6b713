import { Link } from '@tanstack/react-router';
import clsx from 'clsx';
import { readDraft } from './drafts.ts';

/** The files by path; a dot marks those with unsaved changes in this browser. */
export function FileList({
  workspace,
  paths,
  selected,
}: {
  workspace: string;
  paths: readonly string[];
  selected: string | undefined;
}) {
  return (
    <nav aria-label="Files" className="max-h-64 overflow-y-auto py-1 lg:max-h-[70vh]">
      <ul>
        {paths.map((path) => (
          <li key={path}>
            <Link
              to="."
              search={{ file: path }}
              aria-current={path === selected ? 'page' : undefined}
              className={clsx(
                'focus-row flex items-baseline gap-2 break-all px-3 py-1 font-mono text-xs hover:bg-hover',
                path === selected && 'bg-selected',
              )}
            >
              {path.replace(/^\.workflows\//, '')}
              {readDraft(workspace, path) === null ? null : (
                <span role="img" aria-label="unsaved changes" className="text-wait">
                  ●
                </span>
              )}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
