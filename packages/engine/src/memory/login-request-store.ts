import type { LoginAnswer, LoginRequest, LoginRequestStore } from '../ports/index.ts';
import type { MemoryState } from './memory-state.ts';

export type LoginRequestEntry = Readonly<{ request: LoginRequest; answer: LoginAnswer | null }>;

export function createLoginRequestStore({ people, now }: MemoryState): LoginRequestStore {
  const { loginRequests, accounts } = people;
  const isOpen = ({ request }: LoginRequestEntry): boolean => request.until > now();
  const waiting = (codeHash: string): LoginRequest | null =>
    [...loginRequests.values()].find(
      (entry) => isOpen(entry) && entry.answer === null && entry.request.codeHash === codeHash,
    )?.request ?? null;
  return {
    async add(request, lifeMs) {
      for (const [key, { request: other }] of loginRequests) if (other.until <= now()) loginRequests.delete(key);
      const fresh = { ...request, createdAt: now(), until: now() + lifeMs };
      loginRequests.set(request.challenge, { request: fresh, answer: null });
    },
    async find(codeHash) {
      return waiting(codeHash);
    },
    async answer(codeHash, answer) {
      const request = waiting(codeHash);
      if (request === null || !accounts.has(answer.account)) return null;
      loginRequests.set(request.challenge, { request, answer });
      return request;
    },
    async take(challenge, proofHash) {
      const entry = loginRequests.get(challenge);
      if (entry === undefined || !isOpen(entry)) return { outcome: 'unknown' };
      const { request, answer } = entry;
      if (answer === null) return { outcome: 'waiting' };
      if (answer.allowed && answer.proofHash !== proofHash) return { outcome: 'unknown' };
      loginRequests.delete(challenge);
      return answer.allowed
        ? { outcome: 'allowed', account: answer.account, machine: request.machine }
        : { outcome: 'refused' };
    },
  };
}
