import { useQueryClient } from '@tanstack/react-query';
import { signedIn } from '../../api/session.ts';
import { readToken, storeToken } from '../../api/token.ts';
import { meQuery } from '../../api/use-me.ts';

/** For whoever has let somebody in: the page goes on where it was, or anew if it was somebody else's. */
export function useSignedIn(): (signedInAs: Readonly<{ account: string }>) => void {
  const queries = useQueryClient();
  return ({ account }) => {
    const before = queries.getQueryData(meQuery.queryKey);
    const wasToken = readToken() !== null;
    storeToken(null);
    // What somebody else has read, and typed, is not for the next one.
    if (wasToken || (before !== undefined && before.account !== account)) window.location.reload();
    else {
      signedIn();
      void queries.invalidateQueries();
    }
  };
}
