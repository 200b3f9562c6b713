import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/**
 * Whether whoever tells of a push knows the secret of the hook, in the way of his host: a signature over the body
 * (`X-Hub-Signature-256` of GitHub, Gitea and Forgejo; `X-Hub-Signature` of Bitbucket), GitLab's `X-Gitlab-Token`, or
 * `Authorization: Bearer`. A request that is sent twice only makes us look twice, so there is nothing to replay.
 */
export function isSignedPush(headers: IncomingHttpHeaders, body: Uint8Array, secret: string): boolean {
  const signature = headers['x-hub-signature-256'] ?? headers['x-hub-signature'];
  if (typeof signature === 'string') {
    return same(signature, `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`);
  }
  const token = headers['x-gitlab-token'];
  if (typeof token === 'string') return same(token, secret);
  return same(headers.authorization ?? '', `Bearer ${secret}`);
}

/** In a time that tells nothing of where they differ. */
function same(given: string, expected: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
