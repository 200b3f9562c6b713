import { oneOf } from '../../app/search-params.ts';

/** Which file is open, as it stands in the address. */
export type FilesSearch = Readonly<{
  workspace?: string | undefined;
  file?: string;
  /** Where to begin, from 1. */
  line?: string;
}>;

export function parseFilesSearch(search: Readonly<Record<string, unknown>>): FilesSearch {
  const [file, line] = [oneOf(search.file), oneOf(search.line)];
  return {
    ...(file === undefined ? {} : { file }),
    ...(line !== undefined && /^\d{1,7}$/.test(line) ? { line } : {}),
  };
}
