const isMac = /Mac|iPhone|iPad/.test(navigator.userAgent);

/** Keys as they are printed on keyboards. */
export function Kbd({ keys }: { keys: string }) {
  return (
    <span className="inline-flex gap-1">
      {keys.split(' ').map((key) => (
        <kbd
          key={key}
          className="inline-flex h-5 min-w-5 items-center justify-center rounded-sm border bg-ground px-1 font-sans text-soft text-xs"
        >
          {key === 'mod+k' ? (isMac ? '⌘K' : 'Ctrl K') : key === 'Escape' ? 'Esc' : key}
        </kbd>
      ))}
    </span>
  );
}
