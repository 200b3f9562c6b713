import { leastOf, type Scenario, scenarioKeys, writeOverrides } from './scenario.ts';
import { type SimulationOptions, type SimulationResult, simulateSeed } from './simulate-seed.ts';

type Reduced = Readonly<{ result: SimulationResult; overrides: Partial<Scenario>; tries: number }>;

/**
 * Makes a failing case smaller while the same promise stays broken: takes each fault away, then halves what is left of
 * each number. Bounded by the number of simulations.
 */
export async function shrink(failed: SimulationResult, options: SimulationOptions, maxTries = 150): Promise<Reduced> {
  let best = failed;
  let overrides: Partial<Scenario> = { ...options.overrides };
  let tries = 0;
  for (let smaller = true; smaller && tries < maxTries; ) {
    smaller = false;
    for (const key of scenarioKeys) {
      const now = best.scenario[key];
      const least = leastOf(key);
      const candidates = new Set(
        [least, Math.floor((least + now) / 2), now - 1].filter((value) => value >= least && value < now),
      );
      for (const value of candidates) {
        if (tries >= maxTries) break;
        tries += 1;
        const result = await simulateSeed(failed.seed, { ...options, overrides: { ...overrides, [key]: value } });
        if (result.violation?.invariant !== failed.violation?.invariant) continue;
        best = result;
        overrides = { ...overrides, [key]: value };
        smaller = true;
        break;
      }
    }
  }
  return { result: best, overrides, tries };
}

export const repeatCommand = (seed: number, overrides: Partial<Scenario>, breakage: string | null): string => {
  const scenario = writeOverrides(overrides);
  const parts = [`npm run simulate -- --seed ${seed} --seeds 1`];
  if (scenario !== '') parts.push(`--scenario ${scenario}`);
  if (breakage !== null) parts.push(`--break ${breakage}`);
  return [...parts, '--verbose'].join(' ');
};
