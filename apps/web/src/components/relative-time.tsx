import { useNow } from './clock.tsx';
import { exactText, relativeText } from './times.ts';

/** A moment by its distance from now; the exact one on hover. Nothing for null. */
export function RelativeTime({ at }: { at: string | null }) {
  const now = useNow();
  if (at === null) return null;
  const ms = Date.parse(at);
  return (
    <time dateTime={at} title={exactText(ms)} className="whitespace-nowrap">
      {relativeText(ms, now)}
    </time>
  );
}
