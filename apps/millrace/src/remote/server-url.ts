import { MillraceError } from '@millrace/core';

const defaultUrl = 'http://127.0.0.1:7070';

/**
 * The server's address: what was given, else MILLRACE_URL, else that of the server that runs this step, else where `millrace dev`
 * listens. Throws `configuration`.
 */
export function serverUrl(given: string | undefined): string {
  const text = given ?? process.env.MILLRACE_URL ?? process.env.MILLRACE_API_URL ?? defaultUrl;
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text.replace(/\/+$/, '');
  throw new MillraceError('configuration', `${JSON.stringify(text)} is not the address of a server.`, {
    hint: `Give it with its scheme, for example ${defaultUrl} (--url, --server or MILLRACE_URL).`,
  });
}
