import type { Approval } from '@millrace/api';
import { infiniteQueryOptions } from '@tanstack/react-query';
import { api } from '../../api/client.ts';
import type { ApprovalsSearch } from './search.ts';

export const approvalsQuery = ({ mine, ...filter }: ApprovalsSearch, myName: string) =>
  infiniteQueryOptions({
    queryKey: ['approvals', filter, mine === 'true' ? myName : null],
    queryFn: ({ pageParam, signal }) =>
      api.approvals.list(
        {
          ...filter,
          limit: 50,
          ...(mine === 'true' && myName !== '' ? { approver: myName } : {}),
          ...(pageParam === null ? {} : { after: pageParam }),
        },
        { signal },
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  });

/** What tells one open approval from another. */
export const approvalKey = ({ run, step, iteration, item, attempt }: Approval): string =>
  [run, step, iteration, item, attempt].join('/');

/** `ask`, or `ask[3]` of a for-each step. */
export const approvalName = ({ step, item }: Pick<Approval, 'step' | 'item'>): string =>
  item < 0 ? step : `${step}[${item}]`;
