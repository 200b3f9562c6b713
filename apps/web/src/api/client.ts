import { type Client, createClient } from '@millrace/client';
import { fetchAsSomebody } from './session.ts';
import { readToken } from './token.ts';

/** The client of the server that this page came from. */
export const api: Client = connect();

/** A new token means a new page: everything that was read before was read by somebody else. */
function connect(): Client {
  const token = readToken();
  return createClient({
    url: window.location.origin,
    fetch: fetchAsSomebody,
    ...(token === null ? {} : { token }),
  });
}
