import clsx from 'clsx';
import type { ReactNode } from 'react';
import type { Tone } from './status.tsx';

const looks: Readonly<Record<Tone, string>> = {
  good: 'bg-good-ground text-good',
  bad: 'bg-bad-ground text-bad',
  busy: 'bg-busy-ground text-busy',
  wait: 'bg-wait-ground text-wait',
  idle: 'bg-idle-ground text-soft',
};

/** A word that says how something stands: `disabled`, `live`. Statuses of runs and steps have their own. */
export const Mark = ({ tone, children }: { tone: Tone; children: ReactNode }) => (
  <span
    className={clsx(
      'inline-flex h-5 items-center whitespace-nowrap rounded-sm px-1.5 font-medium text-xs',
      looks[tone],
    )}
  >
    {children}
  </span>
);
