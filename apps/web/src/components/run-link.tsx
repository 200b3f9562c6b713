import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { linkClass, textLinkClass } from './link-class.ts';

/** A run by its number; nothing for null. With words of its own it stands within a sentence. */
export const RunLink = ({ run, children }: { run: string | null; children?: ReactNode }) =>
  run === null ? null : (
    <Link to="/runs/$run" params={{ run }} className={children === undefined ? linkClass : textLinkClass}>
      {children ?? run}
    </Link>
  );
