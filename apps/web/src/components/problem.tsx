import type { ReactNode } from 'react';

/** Why what was asked for did not happen, told where it was asked for. */
export const Problem = ({ children }: { children: ReactNode }) => (
  <p role="alert" className="rounded-md bg-bad-ground px-3 py-2 text-bad text-sm">
    {children}
  </p>
);
