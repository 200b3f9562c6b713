import type { Attempt } from '@millrace/api';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { timelineQuery } from '../run/queries.ts';
import type { LogChoice, LogSection } from './log-protocol.ts';

/** The attempts whose logs these are, by `sectionKey`. They are asked for where there are several logs: headings tell how each went. */
export function useSectionAttempts(
  { run, ...of }: LogChoice,
  sections: readonly LogSection[],
): ReadonlyMap<string, Attempt> {
  const { data } = useQuery({ ...timelineQuery(run, of), enabled: sections.length > 1 });
  return useMemo(() => new Map((data ?? []).map((attempt) => [sectionKey(attempt), attempt])), [data]);
}

export const sectionKey = ({ step, item, iteration, attempt }: LogSection): string =>
  `${step}\0${item}/${iteration}/${attempt}`;
