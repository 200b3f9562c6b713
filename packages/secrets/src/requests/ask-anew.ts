import type { SourceAnswer } from './send-request.ts';

/** Asks; where the answer says that what the server signed in with counts no more, that is forgotten and it asks once more. */
export async function askAnew(
  ask: () => Promise<SourceAnswer>,
  hasEnded: (answer: SourceAnswer) => boolean,
  forget: () => void,
): Promise<SourceAnswer> {
  const answer = await ask();
  if (!hasEnded(answer)) return answer;
  forget();
  return await ask();
}
