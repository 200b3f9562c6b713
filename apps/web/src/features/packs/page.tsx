import { useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { Package } from 'lucide-react';
import { useLiveRefresh } from '../../api/use-live-refresh.ts';
import { Card, Page } from '../../components/page.tsx';
import { Empty } from '../../components/page-states.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { PackCard } from './pack-card.tsx';
import { packsQuery } from './queries.ts';

/** Bundles of definitions that workspaces import: which versions, where from, and what they offer. */
export function PacksPage() {
  const { workspace } = useSearch({ strict: false });
  const poll = useLiveRefresh({ types: ['workspace'], ...(workspace === undefined ? {} : { workspace }) }, ['packs']);
  const query = useQuery({ ...packsQuery(workspace), refetchInterval: poll });
  return (
    <Page title="Packs">
      <QueryView query={query} what="packs">
        {(packs) =>
          packs.length === 0 ? (
            <Card>
              <Empty icon={<Package />} title="No pack yet">
                No workspace is live. The pack <code>core</code> comes with Millrace; others are declared under{' '}
                <code>packs</code> in a YAML file.
              </Empty>
            </Card>
          ) : (
            <div className="space-y-3">
              {packs.map((pack) => (
                <PackCard key={`${pack.workspace}/${pack.name}`} pack={pack} />
              ))}
            </div>
          )
        }
      </QueryView>
    </Page>
  );
}
