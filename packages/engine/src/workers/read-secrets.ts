import { MillraceError, type SecretsRequest } from '@millrace/core';
import type { PlanCache } from '../plans/plan-cache.ts';
import type { WorkStore } from '../ports/work-store.ts';
import { createFindSecret, missingSecret, type SecretPlaces } from '../secrets/find-secret.ts';

/**
 * Gives a worker the secrets of an attempt: only of one that it holds now, and only those that the attempt's step reads in
 * the plan of its run. Codes: lease_lost, invalid_request, secret_missing, secret_unreadable,
 * secret_source_unavailable, secret_source_refused, configuration.
 */
export function createReadSecrets(work: WorkStore, plans: PlanCache, places: SecretPlaces) {
  const find = createFindSecret(places);
  return async ({ worker, held, step: number, names }: SecretsRequest): Promise<Readonly<Record<string, string>>> => {
    // A local run is held as a whole, under the reference of the run itself.
    const isOfIt = held.step === number || held.step === -1;
    const origin = isOfIt ? await work.originOfHeld(worker, held) : null;
    if (origin === null) {
      throw new MillraceError('lease_lost', `Worker ${worker} does not hold this attempt of run ${held.run}.`, {
        hint: 'Secrets are given for an attempt only while a worker holds it.',
      });
    }
    const step = (await plans.get(origin.plan)).step(number);
    const other = names.find((name) => !(step.secrets?.secrets ?? []).includes(name));
    if (other !== undefined) {
      throw new MillraceError('invalid_request', `Step ${step.plan.name} reads no secret ${other}.`, {
        hint: 'A worker is given only what the step of its attempt reads.',
      });
    }
    const values = await Promise.all(
      names.map(async (name) => {
        const found = await find(origin.workspace, name);
        if (found === null) throw missingSecret(places, origin.workspace, name);
        return [name, found.value] as const;
      }),
    );
    return Object.fromEntries(values);
  };
}
