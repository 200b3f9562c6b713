// The one table of statuses: icon, word and colour of each. Colour is never the only sign.

import type { RunStep, RunSummary } from '@millrace/api';
import clsx from 'clsx';
import {
  Ban,
  Check,
  CircleDashed,
  Clock,
  Hourglass,
  ListStart,
  LoaderCircle,
  type LucideIcon,
  Pause,
  SkipForward,
  TimerOff,
  X,
} from 'lucide-react';

export type Status = RunSummary['status'] | RunStep['status'];
export type Tone = 'good' | 'bad' | 'busy' | 'wait' | 'idle';

export const statuses: Readonly<Record<Status, Readonly<{ icon: LucideIcon; word: string; tone: Tone }>>> = {
  queued: { icon: ListStart, word: 'queued', tone: 'wait' },
  pending: { icon: CircleDashed, word: 'pending', tone: 'idle' },
  ready: { icon: Clock, word: 'ready', tone: 'wait' },
  running: { icon: LoaderCircle, word: 'running', tone: 'busy' },
  waiting: { icon: Hourglass, word: 'waiting', tone: 'wait' },
  paused: { icon: Pause, word: 'paused', tone: 'wait' },
  succeeded: { icon: Check, word: 'succeeded', tone: 'good' },
  failed: { icon: X, word: 'failed', tone: 'bad' },
  timed_out: { icon: TimerOff, word: 'timed out', tone: 'bad' },
  cancelled: { icon: Ban, word: 'cancelled', tone: 'idle' },
  skipped: { icon: SkipForward, word: 'skipped', tone: 'idle' },
};

const toneText: Readonly<Record<Tone, string>> = {
  good: 'text-good',
  bad: 'text-bad',
  busy: 'text-busy',
  wait: 'text-wait',
  idle: 'text-soft',
};

const toneGround: Readonly<Record<Tone, string>> = {
  good: 'bg-good-ground',
  bad: 'bg-bad-ground',
  busy: 'bg-busy-ground',
  wait: 'bg-wait-ground',
  idle: 'bg-idle-ground',
};

/** The icon alone; its word is read out, and shown on hover. */
export function StatusIcon({ status, className }: { status: Status; className?: string }) {
  const { icon: Icon, word, tone } = statuses[status];
  return (
    <Icon
      role="img"
      aria-label={word}
      className={clsx(
        'size-4 shrink-0',
        toneText[tone],
        status === 'running' && 'animate-spin [animation-duration:2s]',
        className,
      )}
      strokeWidth={2.25}
    />
  );
}

/** Icon and word. `reason` says what the status alone does not: `skipped: condition false`. */
export function StatusText({ status, reason }: { status: Status; reason?: string | null }) {
  const { icon: Icon, word, tone } = statuses[status];
  return (
    <span
      className={clsx(
        'inline-flex max-w-full items-center gap-1.5 whitespace-nowrap align-middle font-medium',
        toneText[tone],
      )}
    >
      <Icon
        aria-hidden
        className={clsx('size-4 shrink-0', status === 'running' && 'animate-spin [animation-duration:2s]')}
        strokeWidth={2.25}
      />
      {word}
      {reason ? (
        <span title={reason.replaceAll('_', ' ')} className="min-w-0 truncate font-normal text-soft">
          {reason.replaceAll('_', ' ')}
        </span>
      ) : null}
    </span>
  );
}

/** The status as the most important thing of a page. */
export function StatusBadge({ status, note }: { status: Status; note?: string | undefined }) {
  const { tone } = statuses[status];
  return (
    <span className={clsx('inline-flex h-7 items-center rounded-md px-2', toneGround[tone])}>
      <StatusText status={status} reason={note ?? null} />
    </span>
  );
}
