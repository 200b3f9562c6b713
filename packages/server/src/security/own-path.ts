const here = 'http://here.invalid';

/**
 * A path of this server, with its query; `/` for what would lead elsewhere (`//evil`, `/\evil`, `https://…`), or to no page.
 * Escaped letters count as what they stand for: the router reads them so, and proxies may.
 */
export function ownPath(given: string | undefined): string {
  if (given === undefined || !/^\/[^\p{Cc}\s]*$/u.test(given) || !URL.canParse(given, here)) return '/';
  const url = new URL(given, here);
  const path = url.pathname + url.search + url.hash;
  const read = unescaped(url.pathname);
  const isOwn = url.origin === here && read !== null && !/^[/\\]{2}/.test(path) && !/^[/\\]{2}/.test(read);
  return isOwn && !/^\/(api|worker|hooks|sources)(\/|$)/.test(read) ? path : '/';
}

/** null: it is not escaped as it should be. */
function unescaped(path: string): string | null {
  try {
    return decodeURIComponent(path);
  } catch {
    return null;
  }
}
