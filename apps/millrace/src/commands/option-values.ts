import { parseDurationMs } from '@millrace/core';
import { InvalidArgumentError } from 'commander';

export const secretsFileHelp =
  'file of lines name=value, readable by its owner only; a variable MILLRACE_SECRET_<NAME> goes first (env: MILLRACE_SECRETS_FILE)';

export const secretsKeyFileHelp =
  'file of the keys that seal stored secrets, one a line, the first seals; readable by its owner only (env: MILLRACE_SECRETS_KEY_FILE, or the keys themselves: MILLRACE_SECRETS_KEY)';

/** Parsers of option values; what they throw becomes a message that names the option. */
export function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535)
    throw new InvalidArgumentError('A port is a number from 0 (any free one) to 65535.');
  return port;
}

export function parseCount(text: string): number {
  const count = Number(text);
  if (!/^\d+$/.test(text) || count < 1 || count > 100_000)
    throw new InvalidArgumentError('A whole number from 1 to 100000 is expected.');
  return count;
}

export function parsePriority(text: string): number {
  const priority = Number(text);
  if (!/^-?\d+$/.test(text) || Math.abs(priority) > 1_000)
    throw new InvalidArgumentError('A whole number from -1000 to 1000 is expected.');
  return priority;
}

export function parseNames(text: string): string[] {
  return text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

export const keepRunsHelp = 'how long runs are kept after their end, such as 30d, or forever (default: 90d)';

/** How long something is kept, in milliseconds. (A parser that gives null gives an empty text to commander.) */
export function parseKept(text: string): number | 'forever' {
  if (text === 'forever') return text;
  const ms = parseDurationMs(text);
  if (ms !== null && ms >= 60_000) return ms;
  throw new InvalidArgumentError('A duration such as 90d, of a minute at least, or `forever` is expected.');
}

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'silent'];

export function parseLogLevel(text: string): string {
  if (!logLevels.includes(text)) throw new InvalidArgumentError(`One of: ${logLevels.join(', ')}.`);
  return text;
}

/** A date and time with its offset, as the API takes it. */
export function parseMoment(text: string): string {
  const form = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})$/;
  if (form.test(text) && !Number.isNaN(Date.parse(text))) return text.replace(/(T\d{2}:\d{2})(?=Z|[+-])/, '$1:00');
  throw new InvalidArgumentError('A time with its offset is expected, such as 2026-11-01T00:00:00Z.');
}
