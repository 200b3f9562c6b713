import { oneOf } from '../../app/search-params.ts';

const answers = ['allowed', 'refused', 'failed'] as const;
export type LoginAnswered = (typeof answers)[number];

/** `request`: which command line asks; without, its code is typed. `answered`: what came of it, when the browser is sent back. */
export type LoginSearch = Readonly<{
  workspace?: string | undefined;
  request?: string | undefined;
  answered?: LoginAnswered | undefined;
}>;

export function parseLoginSearch(search: Readonly<Record<string, unknown>>): LoginSearch {
  const answered = answers.find((one) => one === oneOf(search.answered));
  const request = oneOf(search.request);
  return { ...(request === undefined ? {} : { request }), ...(answered === undefined ? {} : { answered }) };
}
