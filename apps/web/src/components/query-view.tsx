import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Failure, Skeleton, Stale } from './page-states.tsx';

/** Shows what a query has, or the state that it is in. `what` is a noun: `runs`, `run`. */
export function QueryView<Data>({
  query,
  what,
  skeletonRows,
  children,
}: {
  query: Pick<UseQueryResult<Data>, 'data' | 'error' | 'refetch' | 'dataUpdatedAt'>;
  what: string;
  skeletonRows?: number;
  children: (data: Data) => ReactNode;
}) {
  const { data, error, refetch, dataUpdatedAt } = query;
  if (data === undefined) {
    return error === null ? (
      <Skeleton what={what} {...(skeletonRows === undefined ? {} : { rows: skeletonRows })} />
    ) : (
      <Failure error={error} what={what} onRetry={() => void refetch()} />
    );
  }
  return (
    <>
      {error === null ? null : <Stale at={dataUpdatedAt} error={error} />}
      {children(data)}
    </>
  );
}
