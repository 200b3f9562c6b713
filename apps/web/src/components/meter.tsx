/** How much of something is taken: a bar for the eye, and the figures that say the same. */
export function Meter({ label, used, of }: { label: string; used: number; of: number }) {
  const share = of === 0 ? 1 : Math.min(1, used / of);
  return (
    <div className="flex items-center gap-3">
      <div aria-hidden className="h-2 w-full max-w-sm overflow-clip rounded-full bg-idle-ground">
        <div
          className={`h-full rounded-full ${share < 1 ? 'bg-busy' : 'bg-wait'}`}
          style={{ width: `${100 * share}%` }}
        />
      </div>
      <span className="whitespace-nowrap text-sm">
        <span className="sr-only">{label}: </span>
        {used} of {of}
      </span>
    </div>
  );
}
