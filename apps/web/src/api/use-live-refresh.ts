import type { Subscription } from '@millrace/api';
import { type QueryKey, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useLive } from './live-provider.tsx';
import { pollMs } from './query-client.ts';
import { createThrottle } from './throttle.ts';

/**
 * Reads the queries below `key` again whenever something of the subscription changes: at once after a quiet time, and then at most
 * every `atMostEveryMs`. Gives the interval at which queries poll instead while nothing tells of changes, or false.
 */
export function useLiveRefresh(
  subscription: Omit<Subscription, 'id'>,
  key: QueryKey,
  atMostEveryMs = 200,
): number | false {
  const queries = useQueryClient();
  const { connected, listen } = useLive();
  const subscriptionText = JSON.stringify(subscription);
  const keyText = JSON.stringify(key);
  useEffect(() => {
    const throttle = createThrottle(() => queries.invalidateQueries({ queryKey: JSON.parse(keyText) }), atMostEveryMs);
    const stop = listen(JSON.parse(subscriptionText), throttle.call);
    return () => {
      stop();
      throttle.cancel();
    };
  }, [queries, listen, subscriptionText, keyText, atMostEveryMs]);
  return connected ? false : pollMs;
}
