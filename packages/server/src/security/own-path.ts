const here = 'http://here.invalid';

/** A path of this server, with its query; `/` for what would lead elsewhere (`//evil`, `/\evil`, `https://…`), or to no page. */
export function ownPath(given: string | undefined): string {
  if (given === undefined || !/^\/[^\p{Cc}\s]*$/u.test(given) || !URL.canParse(given, here)) return '/';
  const url = new URL(given, here);
  const path = url.pathname + url.search + url.hash;
  const isOwn = url.origin === here && !/^[/\\]{2}/.test(path);
  return isOwn && !/^\/(api|worker|hooks|sources)(\/|$)/.test(url.pathname) ? path : '/';
}
