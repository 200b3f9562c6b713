import { Link } from '@tanstack/react-router';
import { Fact, Facts } from '../../components/facts.tsx';
import { linkClass } from '../../components/link-class.ts';
import { Mark } from '../../components/mark.tsx';
import { Card } from '../../components/page.tsx';
import { ShortId } from '../../components/short-id.tsx';
import { WorkflowLink } from '../workflows/workflow-link.tsx';
import type { PackRow } from './queries.ts';

/** One pack of one workspace. */
export function PackCard({ pack }: { pack: PackRow }) {
  const { name, workspace, actions, workflows } = pack;
  return (
    <Card>
      <article aria-label={`Pack ${name} of ${workspace}`} className="space-y-3 p-4">
        <div className="flex flex-wrap items-center gap-3">
          <h2 className="font-semibold">
            {name} <span className="font-normal text-faint">{pack.version}</span>
          </h2>
          <Mark tone={pack.used ? 'good' : 'idle'}>{pack.used ? 'in use' : 'not used'}</Mark>
          {pack.locked || pack.pinned ? null : <Mark tone="wait">follows its source</Mark>}
        </div>
        {pack.description === null ? null : <p className="text-soft text-sm">{pack.description}</p>}
        <Facts>
          <Fact name="Workspace">
            <Link to="/workspaces/$workspace" params={{ workspace }} className={linkClass}>
              {workspace}
            </Link>
          </Fact>
          <Fact name="From">
            <span className="break-all">{pack.source}</span>
          </Fact>
          {pack.commit === null ? null : (
            <Fact name="Commit">
              <ShortId id={pack.commit} />
            </Fact>
          )}
          <Fact name="Content">
            <ShortId id={pack.hash.replace(/^sha256:/, '')} />
          </Fact>
        </Facts>
        {actions.length === 0 ? null : (
          <Offers title="Actions">
            {actions.map((action) => (
              <li key={action}>
                <code className="rounded-sm bg-code px-1 font-mono text-xs">
                  {name}.{action}
                </code>
              </li>
            ))}
          </Offers>
        )}
        {workflows.length === 0 ? null : (
          <Offers title="Workflows">
            {workflows.map((workflow) => (
              <li key={workflow} className="text-sm">
                {pack.used ? (
                  <WorkflowLink workspace={workspace} name={`${name}.${workflow}`} />
                ) : (
                  `${name}.${workflow}`
                )}
              </li>
            ))}
          </Offers>
        )}
      </article>
    </Card>
  );
}

const Offers = ({ title, children }: { title: string; children: React.ReactNode }) => (
  <section aria-label={title}>
    <h3 className="mb-1 font-medium text-sm">{title}</h3>
    <ul className="flex flex-wrap gap-x-3 gap-y-1">{children}</ul>
  </section>
);
