import { type ReactNode, useEffect } from 'react';

/** The frame of every page: its title, what one can do, and the content. The title is the browser tab's too. */
export function Page({
  title,
  heading,
  actions,
  children,
}: {
  /** Of the tab. */
  title: string;
  /** What stands above the content; default: the title. */
  heading?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}) {
  useEffect(() => {
    document.title = title === 'Millrace' ? title : `${title} · Millrace`;
  }, [title]);
  return (
    <div className="flex min-h-full flex-col">
      <div className="flex min-h-14 flex-wrap items-center justify-between gap-x-4 gap-y-2 px-4 py-3 md:px-6">
        <div className="min-w-0">{heading ?? <h1 className="font-semibold text-xl">{title}</h1>}</div>
        {actions === undefined ? null : <div className="flex flex-wrap items-center gap-2">{actions}</div>}
      </div>
      <div className="flex min-h-0 flex-1 flex-col gap-6 px-4 pb-12 md:px-6">{children}</div>
    </div>
  );
}

/** A part of a page with a heading, on a card. */
export function Section({ title, aside, children }: { title: string; aside?: ReactNode; children: ReactNode }) {
  return (
    <section aria-label={title}>
      <div className="mb-2 flex min-h-7 items-center justify-between gap-4">
        <h2 className="font-semibold">{title}</h2>
        {aside}
      </div>
      <Card>{children}</Card>
    </section>
  );
}

export const Card = ({ children, className = '' }: { children: ReactNode; className?: string }) => (
  <div className={`overflow-clip rounded-lg border bg-surface ${className}`}>{children}</div>
);
