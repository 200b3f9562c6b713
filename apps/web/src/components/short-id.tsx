import { CopyButton } from './copy-button.tsx';

/** A long id (a commit, a plan's hash) by its first characters; the whole of it on hover and for the clipboard. */
export function ShortId({ id, length = 8 }: { id: string; length?: number }) {
  return (
    <span className="group inline-flex items-center gap-0.5 whitespace-nowrap">
      <code title={id} className="font-mono text-xs">
        {id.length > length + 2 ? id.slice(0, length) : id}
      </code>
      <CopyButton
        text={id}
        label={`Copy ${id}`}
        className="size-5! opacity-0 focus-visible:opacity-100 group-hover:opacity-100 [&_svg]:size-3!"
      />
    </span>
  );
}
