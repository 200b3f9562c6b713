import { MillraceError, type WorkerBounds } from '@millrace/core';
import { newNamedToken } from '../people/tokens.ts';
import type { JoinStore, JoinToken } from '../ports/join-store.ts';

type NewJoinTokenRequest = Readonly<{
  /** What it is for. */
  name: string;
  bounds: WorkerBounds;
  /** null: it does not expire. */
  lifeMs: number | null;
  /** null: any number of workers may join with it. */
  mostUses: number | null;
  by: string;
}>;

export type JoinTokens = Readonly<{
  /** Those that expired or are used up as well; by time. */
  list(): Promise<readonly JoinToken[]>;
  /** Codes: not_found. */
  get(id: string): Promise<JoinToken>;
  /** The token itself is told here and never again. Codes: invalid_request, conflict. */
  create(request: NewJoinTokenRequest): Promise<Readonly<{ joinToken: JoinToken; token: string }>>;
  /** Nobody joins with it any more; workers that did stay. Codes: not_found. */
  revoke(id: string): Promise<void>;
}>;

const maxLifeMs = 10 * 366 * 86_400_000;
const mostTokens = 1_000;

export function createJoinTokens(joins: JoinStore): JoinTokens {
  return {
    list: () => joins.tokens(),
    async get(id) {
      const found = await joins.getToken(id);
      if (found === null) throw noSuchToken(id);
      return found;
    },
    async create({ name, bounds, lifeMs, mostUses, by }) {
      checkBounds(bounds);
      if (lifeMs !== null && (lifeMs <= 0 || lifeMs > maxLifeMs)) {
        throw new MillraceError('invalid_request', 'A join token lives for ten years at most.', {
          hint: 'null stands for one that does not expire.',
        });
      }
      if ((await joins.tokens()).length >= mostTokens) {
        throw new MillraceError('conflict', `There are ${mostTokens} join tokens already.`, {
          hint: 'Revoke those that expired or are used up: millrace worker join-token list',
        });
      }
      const { id, text, hash } = newNamedToken('mrj');
      const joinToken = await joins.addToken({ id, hash, name, bounds, createdBy: by, lifeMs, mostUses });
      return { joinToken, token: text };
    },
    async revoke(id) {
      if (!(await joins.removeToken(id))) throw noSuchToken(id);
    },
  };
}

/** A bound that names nothing would be a worker that gets nothing; `*` would be no bound. */
function checkBounds(bounds: WorkerBounds): void {
  for (const [what, names] of Object.entries(bounds)) {
    if (names === null) continue;
    if (names.length === 0 || names.includes('*')) {
      throw new MillraceError('invalid_request', `The ${what} that workers may serve must be named, or be left out.`, {
        hint: `Left out, they may serve all ${what}.`,
      });
    }
  }
}

const noSuchToken = (id: string): MillraceError =>
  new MillraceError('not_found', `There is no join token ${id.slice(0, 40)}.`, {
    hint: 'millrace worker join-token list shows which there are.',
  });
