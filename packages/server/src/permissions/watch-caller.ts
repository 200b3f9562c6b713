import type { Actor, Engine } from '@millrace/engine';

/** Whether anything can be taken away from a caller: he has an account, or is an attempt, which ends. */
export const isWatched = ({ session, apiKey, attempt }: Actor): boolean =>
  session !== null || apiKey !== null || attempt !== null;

/**
 * Looks at a caller again and again while something goes on for him: a socket, a followed log. `told` gets him as he is now;
 * null: he is signed out, his key is removed, his account is gone, or the attempt has ended. Whoever is neither stays as he is, and costs
 * nothing. A look that fails says nothing: the next one will.
 */
export function watchCaller(
  engine: Engine,
  actor: Actor,
  everyMs: number,
  told: (actor: Actor | null) => void,
): () => void {
  if (!isWatched(actor)) return () => undefined;
  let looking = false;
  const timer = setInterval(() => {
    if (looking) return;
    looking = true;
    engine.people.identify
      .again(actor)
      .then(told, () => undefined)
      .finally(() => {
        looking = false;
      });
  }, everyMs);
  return () => clearInterval(timer);
}
