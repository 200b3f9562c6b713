import clsx from 'clsx';
import type { ComponentProps } from 'react';
import { notAllowedText, useMay } from '../api/use-me.ts';

type Look = 'plain' | 'primary' | 'quiet' | 'danger';

const looks: Readonly<Record<Look, string>> = {
  plain: 'border-line-strong bg-surface text-text hover:bg-hover',
  primary: 'border-transparent bg-accent-strong text-on-accent hover:opacity-90',
  quiet: 'border-transparent text-soft hover:bg-hover hover:text-text',
  danger: 'border-line-strong bg-surface text-bad hover:bg-bad-ground',
};

/** What a button looks like; links that act as buttons use it too. */
export const buttonClass = (look: Look = 'plain', small = false): string =>
  clsx(
    'inline-flex shrink-0 items-center justify-center gap-1.5 whitespace-nowrap rounded-md border font-medium transition-colors',
    'disabled:cursor-not-allowed disabled:opacity-50 [&_svg]:size-4 [&_svg]:shrink-0',
    small ? 'h-7 px-2 text-sm' : 'h-8 px-3 text-sm',
    looks[look],
  );

/** `needs`: a permission, without which it is disabled and says who can grant it. */
type Allowed = ComponentProps<'button'> & { needs?: string | undefined };

function useAllowed({ needs, ...props }: Allowed): ComponentProps<'button'> {
  const may = useMay(needs);
  return may || needs === undefined ? props : { ...props, disabled: true, title: notAllowedText(needs) };
}

export function Button({
  look = 'plain',
  small = false,
  className,
  type = 'button',
  ...props
}: Allowed & { look?: Look; small?: boolean }) {
  return <button type={type} className={clsx(buttonClass(look, small), className)} {...useAllowed(props)} />;
}

/** A button that is an icon; `label` is read out and shown on hover. */
export function IconButton({ label, className, type = 'button', ...props }: Allowed & { label: string }) {
  return (
    <button
      type={type}
      aria-label={label}
      title={label}
      className={clsx(
        'inline-flex size-7 shrink-0 items-center justify-center rounded-md text-soft transition-colors hover:bg-hover hover:text-text disabled:opacity-50 [&_svg]:size-4',
        className,
      )}
      {...useAllowed(props)}
    />
  );
}
