import { useNow } from './clock.tsx';
import { durationText, exactText } from './times.ts';

/** How long something took, or takes so far; its beginning on hover. Nothing while it has not begun. */
export function Duration({ from, to }: { from: string | null; to: string | null }) {
  const now = useNow();
  if (from === null) return null;
  const began = Date.parse(from);
  const ended = to === null ? Math.max(now, began) : Date.parse(to);
  return (
    <span className="whitespace-nowrap" title={`since ${exactText(began)}`}>
      {to === null
        ? durationText(Math.floor((ended - began) / 1_000) * 1_000).replace('0 ms', '0.0 s')
        : durationText(ended - began)}
    </span>
  );
}
