import type { Identity } from '@millrace/api';
import type { ReactNode } from 'react';
import { RelativeTime } from '../../components/relative-time.tsx';

/** Who of outside providers signs in to an account. `action`: what can be done to one of them. */
export const IdentityList = ({
  identities,
  titleOf = (name) => name,
  action,
}: {
  identities: readonly Identity[];
  titleOf?: (provider: string) => string;
  action: (identity: Identity) => ReactNode;
}) =>
  identities.length === 0 ? (
    <p className="p-4 text-soft text-sm">By no provider.</p>
  ) : (
    <ul className="divide-y">
      {identities.map((identity) => (
        <li key={identity.id} className="flex min-h-10 flex-wrap items-center gap-x-4 gap-y-1 px-4 py-2 text-sm">
          <span className="font-medium">{titleOf(identity.provider)}</span>
          <span className="min-w-0 flex-1 truncate text-soft" title={`${identity.subject} at ${identity.issuer}`}>
            as <code className="font-mono text-xs">{identity.subject}</code>
          </span>
          <span className="text-soft">
            linked <RelativeTime at={identity.linked_at} />
          </span>
          {action(identity)}
        </li>
      ))}
    </ul>
  );
