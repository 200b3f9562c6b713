import { createColors } from 'picocolors';

export type Style = ReturnType<typeof createColors>;

type Output = Readonly<{ isTTY?: boolean }>;

/** Colours for one stream: off when it is no terminal, and by NO_COLOR; on by FORCE_COLOR. */
export function styleOf(stream: Output, env: NodeJS.ProcessEnv = process.env): Style {
  const forbidden = (env.NO_COLOR ?? '') !== '' || env.TERM === 'dumb';
  const forced = (env.FORCE_COLOR ?? '') !== '' && env.FORCE_COLOR !== '0';
  return createColors(!forbidden && (forced || stream.isTTY === true));
}

/** Whether lines may be redrawn: in a terminal that a person looks at. */
export function isLive(stream: Output, env: NodeJS.ProcessEnv = process.env): boolean {
  return stream.isTTY === true && (env.CI ?? '') === '' && env.TERM !== 'dumb';
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
const control = /[\u0000-\u0008\u000b-\u001a\u001c-\u001f\u007f-\u009f]|\u001b(?!\[[0-9;]*m)/g;

/** Text of others (logs, names, messages) without what could steer the terminal; colours are let through. */
export function printable(text: string): string {
  return text.replace(control, '');
}
