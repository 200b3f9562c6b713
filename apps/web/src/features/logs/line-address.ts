// How a line stands in the address: `12` where there is one log, else `build[3]#2:12`, with the name that the command line gives a log.
import type { LogPlace, LogSection } from './log-protocol.ts';

/** `build`; of an item `build[3]`, of a later iteration `build~1`, of a later attempt `build#2`. */
const nameOf = ({ step, item, iteration, attempt }: LogSection): string =>
  `${step}${item < 0 ? '' : `[${item}]`}${iteration === 0 ? '' : `~${iteration}`}${attempt <= 1 ? '' : `#${attempt}`}`;

export function lineAddress({ section, line }: LogPlace, sections: readonly LogSection[]): string {
  const own = sections[section];
  return own === undefined || sections.length === 1 ? String(line + 1) : `${nameOf(own)}:${line + 1}`;
}

/** null: it is no address, or its section is not there (yet). A number alone is a line of the first section. */
export function placeOfAddress(address: string | undefined, sections: readonly LogSection[]): LogPlace | null {
  const parts = /^(?:(.+):)?([1-9]\d{0,9})$/.exec(address ?? '');
  if (parts === null) return null;
  const name = parts[1];
  const section = name === undefined ? 0 : sections.findIndex((one) => nameOf(one) === name);
  return section < 0 || section >= sections.length ? null : { section, line: Number(parts[2]) - 1 };
}
