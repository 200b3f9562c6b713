/**
 * The nonce with which the page's policy lets style elements in. Libraries that add such elements at run time (the lock of the
 * page's scrolling below a dialog, the editor) read it from here.
 */
export function styleNonce(): string | undefined {
  return document.querySelector<HTMLMetaElement>('meta[property=csp-nonce]')?.nonce;
}
