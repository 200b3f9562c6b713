import { formatDuration } from './duration.ts';
import { createStepList, isEnded, type StepProgress, type StepUpdate } from './step-progress.ts';
import { printable, type Style } from './style.ts';

/** Shows a run while it goes: steps with their status and time, and lines of its logs. */
export type ProgressView = Readonly<{
  step(update: StepUpdate): void;
  /** The run is paused: by whom, since when, why. null: it is not. */
  runPaused(how: string | null): void;
  /** A line of a step's log. */
  log(step: string, line: string): void;
  /** Leaves the terminal to a question until the returned function is called: the picture so far stays. */
  pause(): () => void;
  /** The last picture stays; nothing is redrawn after it. */
  end(): void;
}>;

type Terminal = Readonly<{ write(text: string): unknown; columns?: number; rows?: number }>;
type ViewOptions = Readonly<{ style: Style; live: boolean; showLogs: boolean; now?: () => number }>;

/**
 * In a terminal the list of steps is redrawn at the bottom, with logs scrolling above it. Elsewhere (CI, a file) there is
 * one plain line for each thing that happens.
 */
export function createProgressView(terminal: Terminal, options: ViewOptions): ProgressView {
  return options.live ? createLiveView(terminal, options) : createPlainView(terminal, options);
}

const logPrefix = (step: string, style: Style): string => style.dim(`${printable(step)} |`);

function createPlainView(terminal: Terminal, { style, showLogs }: ViewOptions): ProgressView {
  const list = createStepList();
  let runPause: string | null = null;
  return {
    runPaused(how) {
      if (how === runPause) return;
      terminal.write(`${how === null ? 'the run goes on' : `the run is paused ${how}`}\n`);
      runPause = how;
    },
    step(update) {
      const name = update.item >= 0 ? `${update.step}[${update.item}]` : update.step;
      if (!list.apply(update) || update.status === 'pending' || update.status === 'ready') return;
      const found = list.steps().find((step) => step.name === update.step);
      const time =
        update.item < 0 && found?.since != null && isEnded(update.status)
          ? `  ${formatDuration(update.at - found.since)}`
          : '';
      const again = update.attempt > 1 && update.status === 'running' ? `  attempt ${update.attempt}` : '';
      terminal.write(
        `${statusText(update.status, style)} ${printable(name)}${again}${reasonText(update.reason, style)}${time}\n`,
      );
    },
    log(step, line) {
      if (showLogs) terminal.write(`${logPrefix(step, style)} ${printable(line)}\n`);
    },
    pause: () => () => undefined,
    end: () => undefined,
  };
}

const frameMs = 100;

function createLiveView(terminal: Terminal, { style, showLogs, now = Date.now }: ViewOptions): ProgressView {
  const list = createStepList();
  let drawn = 0;
  let timer: NodeJS.Timeout | null = null;
  let pending = '';
  let paused = false;
  let runPause: string | null = null;

  function draw(): void {
    if (paused) return;
    const erase = drawn > 0 ? `\u001b[${drawn}A\u001b[0J` : '';
    const height = Math.max(3, (terminal.rows ?? 24) - 2);
    const above = runPause === null ? [] : [`${statusText('paused', style)} ${runPause}`];
    const lines = [...above, ...picture(list.steps(), height - above.length, style, now())];
    const width = terminal.columns ?? 80;
    drawn = lines.length;
    terminal.write(`${erase}${pending}${lines.map((line) => `${cut(line, width)}\n`).join('')}`);
    pending = '';
  }
  timer = setInterval(draw, frameMs);
  timer.unref();

  return {
    step: (update) => void list.apply(update),
    runPaused(how) {
      runPause = how;
    },
    log(step, line) {
      if (showLogs) pending += `${logPrefix(step, style)} ${printable(line)}\n`;
    },
    pause() {
      draw();
      paused = true;
      drawn = 0;
      return () => {
        paused = false;
      };
    },
    end() {
      if (timer !== null) clearInterval(timer);
      timer = null;
      draw();
    },
  };
}

/** At most `height` lines: what runs first of all, then what ended last; the rest is counted. */
function picture(steps: readonly StepProgress[], height: number, style: Style, now: number): string[] {
  const shown = steps.filter((step) => step.status !== 'pending');
  const room = height - 1;
  const chosen =
    shown.length <= room
      ? shown
      : [...shown]
          .sort((a, b) => Number(isEnded(a.status)) - Number(isEnded(b.status)) || (b.endedAt ?? 0) - (a.endedAt ?? 0))
          .slice(0, room)
          .sort((a, b) => shown.indexOf(a) - shown.indexOf(b));
  const width = Math.max(4, ...chosen.map((step) => step.name.length));
  const lines = chosen.map((step) => row(step, width, style, now));
  const hidden = shown.length - chosen.length;
  return hidden > 0 ? [...lines, style.dim(`  … and ${hidden} more steps`)] : lines;
}

function row(step: StepProgress, width: number, style: Style, now: number): string {
  const items = step.items === null ? '' : `  ${step.items.ended}/${step.items.seen} items`;
  const again = step.attempt > 1 ? `  attempt ${step.attempt}` : '';
  const time = step.since === null ? '' : `  ${formatDuration((step.endedAt ?? now) - step.since)}`;
  return `${statusText(step.status, style)} ${printable(step.name).padEnd(width)}${items}${again}${time}${reasonText(step.reason, style)}`;
}

/** The status as a word of fixed width, in its colour. */
export function statusText(status: string, style: Style): string {
  const text = status.padEnd(9);
  switch (status) {
    case 'succeeded':
      return style.green(text);
    case 'failed':
    case 'timed_out':
      return style.red(text);
    case 'running':
      return style.cyan(text);
    case 'waiting':
    case 'paused':
    case 'cancelled':
      return style.yellow(text);
    default:
      return style.dim(text);
  }
}

function reasonText(reason: string | null, style: Style): string {
  return reason === null ? '' : `  ${style.dim(`(${reason})`)}`;
}

/** Cuts to the terminal's width, so that a row never takes two lines; colour codes take no room. */
function cut(line: string, width: number): string {
  let room = width - 1;
  let result = '';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colour codes begin with escape.
  for (const piece of line.split(/(\u001b\[[0-9;]*m)/)) {
    if (piece.startsWith('\u001b')) result += piece;
    else {
      result += piece.slice(0, Math.max(0, room));
      room -= piece.length;
    }
  }
  return result;
}
