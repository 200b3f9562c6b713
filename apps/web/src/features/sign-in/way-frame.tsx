import type { ReactNode } from 'react';

/** What stands alone before anybody is known: one column in the middle of an empty page. */
export const WayFrame = ({ heading, children }: { heading: ReactNode; children: ReactNode }) => (
  <div className="flex min-h-full items-start justify-center bg-ground px-4 py-[12vh]">
    <div className="w-full max-w-sm space-y-5 rounded-lg border bg-surface p-6 shadow-xs">
      {heading}
      {children}
    </div>
  </div>
);
