import { queryOptions, useMutation, useQuery } from '@tanstack/react-query';
import { api } from '../../api/client.ts';
import { useMe } from '../../api/use-me.ts';
import { Button } from '../../components/button.tsx';
import { errorText } from '../../components/error-text.ts';
import { Problem } from '../../components/problem.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import type { LoginAnswered } from './search.ts';

/** Asked once: the server counts how often somebody looks a code up. */
const askedQuery = (code: string) =>
  queryOptions({
    queryKey: ['login', code],
    queryFn: ({ signal }) => api.sessions.findLogin(code, { signal }),
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });

/** Which machine asks, and yes or no. `onAnother`: another code can be typed; null: it came with the address. */
export function LoginAsked({
  code,
  onAnswered,
  onAnother,
}: {
  code: string;
  onAnswered: (how: LoginAnswered) => void;
  onAnother: (() => void) | null;
}) {
  const me = useMe();
  const query = useQuery(askedQuery(code));
  const answer = useMutation({
    mutationFn: (decision: 'allow' | 'refuse') => api.sessions.answerLogin(code, decision),
    onSuccess: ({ go_to: goTo }, decision) => {
      // On its own machine the command line waits for the browser, and sends it back here.
      if (goTo === null) onAnswered(decision === 'allow' ? 'allowed' : 'refused');
      else window.location.assign(goTo);
    },
    gcTime: 0,
  });
  return (
    <div className="space-y-4">
      <QueryView query={query} what="login" skeletonRows={3}>
        {({ machine, address, created_at }) => (
          <div className="space-y-4">
            <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-2 rounded-md border p-3 text-sm">
              <dt className="text-faint">Machine</dt>
              <dd className="min-w-0 break-words font-medium">{machine}</dd>
              <dt className="text-faint">Address</dt>
              <dd className="min-w-0 break-words">{address}</dd>
              <dt className="text-faint">Asked</dt>
              <dd>
                <RelativeTime at={created_at} />
              </dd>
              <dt className="text-faint">Works as</dt>
              <dd className="min-w-0 break-words font-medium">{me?.display_name ?? ''}</dd>
            </dl>
            <p className="text-soft text-sm">
              Whoever sits there may then do what you may. Say yes only if you began this yourself, on this machine,
              just now.
            </p>
            {answer.error === null ? null : <Problem>{errorText(answer.error)}</Problem>}
            <div className="flex gap-2">
              <Button
                look="primary"
                className="flex-1"
                disabled={answer.isPending || answer.isSuccess}
                onClick={() => answer.mutate('allow')}
              >
                Let it in
              </Button>
              <Button
                className="flex-1"
                disabled={answer.isPending || answer.isSuccess}
                onClick={() => answer.mutate('refuse')}
              >
                No
              </Button>
            </div>
          </div>
        )}
      </QueryView>
      {onAnother === null || query.isPending ? null : (
        <Button look="quiet" className="w-full" onClick={onAnother}>
          Type another code
        </Button>
      )}
    </div>
  );
}
