import { Link } from '@tanstack/react-router';
import clsx from 'clsx';

/** The views of one thing. Which one is shown stands in the address, as `view`; the first one is not named there. */
export function ViewLinks<View extends string>({
  label,
  current,
  views,
}: {
  label: string;
  current: View;
  views: readonly (readonly [View, string])[];
}) {
  return (
    <nav aria-label={label} className="-mb-2 flex gap-1 overflow-x-auto border-b">
      {views.map(([view, text], index) => (
        <Link
          key={view}
          to="."
          search={index === 0 ? {} : ({ view } as Readonly<Record<never, never>>)}
          aria-current={view === current ? 'page' : undefined}
          className={clsx(
            'focus-row -mb-px whitespace-nowrap border-b-2 px-3 py-2 font-medium text-sm',
            view === current ? 'border-accent text-text' : 'border-transparent text-soft hover:text-text',
          )}
        >
          {text}
        </Link>
      ))}
    </nav>
  );
}
