import { CopyButton } from './copy-button.tsx';

/** Text in the machine's type, with a button that copies it. */
export function CodeView({
  text,
  label,
  lineNumbers = false,
}: {
  text: string;
  label?: string;
  lineNumbers?: boolean;
}) {
  const lines = text.replace(/\n$/, '').split('\n');
  return (
    <div className="group relative rounded-md border bg-code">
      <CopyButton
        text={text}
        className="absolute top-1 right-1 bg-code opacity-0 focus-visible:opacity-100 group-hover:opacity-100"
        {...(label === undefined ? {} : { label })}
      />
      {/* Keyboards must be able to scroll it. */}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <pre tabIndex={0} className="overflow-x-auto px-3 py-2 font-mono text-xs leading-5">
        {lineNumbers
          ? lines.map((line, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a line has no other name than its number
              <div key={index} id={`L${index + 1}`} className="flex">
                <span aria-hidden className="w-8 shrink-0 select-none pr-3 text-right text-faint">
                  {index + 1}
                </span>
                <span className="whitespace-pre">{line}</span>
              </div>
            ))
          : text}
      </pre>
    </div>
  );
}

/** A command to type, on one line. */
export function CommandLine({ text }: { text: string }) {
  return (
    <div className="flex items-center gap-1 rounded-md border bg-code py-0.5 pr-1 pl-3">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <code tabIndex={0} className="min-w-0 flex-1 overflow-x-auto whitespace-nowrap py-1 font-mono text-xs">
        {text}
      </code>
      <CopyButton text={text} label="Copy the command" />
    </div>
  );
}
