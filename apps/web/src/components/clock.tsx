import { createContext, type ReactNode, useContext, useEffect, useState } from 'react';

const ClockContext = createContext(0);

/** One clock for all relative times and running durations of the page, so that they move together: each second while it is seen. */
export function ClockProvider({ children }: { children: ReactNode }) {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const tick = () => {
      if (document.visibilityState === 'visible') setNow(Date.now());
    };
    const timer = setInterval(tick, 1_000);
    document.addEventListener('visibilitychange', tick);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', tick);
    };
  }, []);
  return <ClockContext value={now}>{children}</ClockContext>;
}

/** Milliseconds since the epoch, once a second. */
export const useNow = (): number => useContext(ClockContext);
