const key = 'millrace.token';

/** The API token of this browser tab's server; kept until the tab is closed, so that it outlives reloads and no more. */
export const readToken = (): string | null => sessionStorage.getItem(key);

export function storeToken(token: string | null): void {
  if (token === null) sessionStorage.removeItem(key);
  else sessionStorage.setItem(key, token);
}
