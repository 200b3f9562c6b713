import type { Json } from '@millrace/core';
import type { DiagnosticCode } from '../diagnostics/codes.ts';
import { parseDuration } from '../values/duration.ts';

/** What somebody most likely meant who wrote a value in the manner of another tool; undefined when that is not clear. */
export function likelyMeant(code: DiagnosticCode, written: Json): string | undefined {
  switch (code) {
    case 'invalid_duration':
      return duration(String(written));
    case 'invalid_quantity':
      return quantity(String(written));
    case 'invalid_value':
      return typeof written === 'string' && /^[a-z]+$/.test(written) && methods.includes(written.toUpperCase())
        ? written.toUpperCase()
        : undefined;
    default:
      return undefined;
  }
}

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

const units: readonly (readonly [RegExp, string])[] = [
  [/(\d)(?:days?)/g, '$1d'],
  [/(\d)(?:hours?|hrs?)/g, '$1h'],
  [/(\d)(?:minutes?|mins?)/g, '$1m'],
  [/(\d)(?:milliseconds?|millis)/g, '$1ms'],
  [/(\d)(?:seconds?|secs?)/g, '$1s'],
];

/** `30`, `5 s`, `10 minutes`, `2H`. */
function duration(written: string): string | undefined {
  const compact = written.toLowerCase().replaceAll(/\s/g, '');
  if (/^\d+$/.test(compact)) return `${compact}s`;
  const short = units.reduce((text, [pattern, unit]) => text.replaceAll(pattern, unit), compact);
  return parseDuration(short) === null ? undefined : short;
}

/** `4GB`, `512 mb`, `1gi`. */
function quantity(written: string): string | undefined {
  const match = /^\s*(\d+(?:\.\d+)?)\s*([kmgt])(?:i?b|i)?\s*$/i.exec(written);
  return match === null ? undefined : `${match[1]}${(match[2] ?? '').toUpperCase()}i`;
}
