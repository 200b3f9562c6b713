import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { ThumbsUp, X } from 'lucide-react';
import { useState } from 'react';
import { useLiveRefresh } from '../../api/use-live-refresh.ts';
import { useMe } from '../../api/use-me.ts';
import { isAccount, storeMyName, useMyName } from '../../app/my-name.ts';
import { Button } from '../../components/button.tsx';
import { CheckField } from '../../components/check-field.tsx';
import { Card, Page } from '../../components/page.tsx';
import { Empty } from '../../components/page-states.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { TextField } from '../../components/text-field.tsx';
import { ApprovalCard } from './approval-card.tsx';
import { approvalKey, approvalsQuery } from './queries.ts';
import type { ApprovalsSearch } from './search.ts';

/** What waits for people: the inbox. */
export function ApprovalsPage() {
  const search = useSearch({ from: '/approvals' });
  const name = useMyName();
  const { workspace } = search;
  const poll = useLiveRefresh(
    { types: ['step', 'run', 'changed'], ...(workspace === undefined ? {} : { workspace }) },
    ['approvals'],
    1_000,
  );
  const query = useInfiniteQuery({ ...approvalsQuery(search, name), refetchInterval: poll });
  return (
    <Page title="Approvals">
      <Choices search={search} name={name} />
      <QueryView query={query} what="approvals" skeletonRows={6}>
        {({ pages }) => {
          const approvals = pages.flatMap(({ items }) => items);
          if (approvals.length === 0) return <NoApprovals search={search} />;
          return (
            <div className="space-y-3">
              {approvals.map((approval) => (
                <ApprovalCard
                  key={approvalKey(approval)}
                  approval={approval}
                  opened={approvals.length === 1 || search.run !== undefined}
                />
              ))}
              {query.hasNextPage ? (
                <Button onClick={() => void query.fetchNextPage()} disabled={query.isFetchingNextPage}>
                  Show more
                </Button>
              ) : null}
            </div>
          );
        }}
      </QueryView>
    </Page>
  );
}

function Choices({ search, name }: { search: ApprovalsSearch; name: string }) {
  const navigate = useNavigate({ from: '/approvals' });
  const [text, setText] = useState(name);
  const me = useMe();
  const change = (next: Readonly<Partial<Record<keyof ApprovalsSearch, string | undefined>>>) =>
    void navigate({ search: (before) => ({ ...before, ...next }) as ApprovalsSearch, replace: true });
  return (
    <div className="flex flex-wrap items-end gap-x-4 gap-y-2">
      {isAccount(me) ? null : (
        <form
          className="flex items-end gap-2"
          onSubmit={(event) => {
            event.preventDefault();
            storeMyName(text.trim());
          }}
        >
          <TextField label="Your name" value={text} onChange={setText} autoComplete="username" />
          {text.trim() === name ? null : <Button type="submit">Keep</Button>}
        </form>
      )}
      <CheckField
        label="only what I may answer"
        checked={search.mine === 'true'}
        disabled={name === ''}
        onChange={(mine) => change({ mine: mine ? 'true' : undefined })}
      />
      {(['run', 'workflow'] as const).map((key) =>
        search[key] === undefined ? null : (
          <Button key={key} title="Remove this filter" onClick={() => change({ [key]: undefined })}>
            of {key} {search[key]}
            <X aria-hidden />
          </Button>
        ),
      )}
    </div>
  );
}

function NoApprovals({ search }: { search: ApprovalsSearch }) {
  const { workspace: _workspace, ...filters } = search;
  return (
    <Card>
      {Object.keys(filters).length > 0 ? (
        <Empty icon={<ThumbsUp />} title="No open approval matches">
          It may have been answered meanwhile, or others may answer what waits.
        </Empty>
      ) : (
        <Empty icon={<ThumbsUp />} title="Nothing waits for people">
          When a run comes to a step of type approval, it appears here, and the run waits for the answer.
        </Empty>
      )}
    </Card>
  );
}
