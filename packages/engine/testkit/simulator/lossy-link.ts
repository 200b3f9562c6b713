import { MillraceError } from '@millrace/core';
import type { Engine } from '../../src/engine-types.ts';
import type { Random } from './random.ts';
import type { SimServer } from './sim-server.ts';
import type { World } from './world.ts';

class LinkError extends Error {}

/**
 * Calls a server over a connection that is slow, loses calls and answers, repeats calls, and breaks when the server dies.
 * An error says nothing about whether the call was carried out, unless the server itself answered with it.
 */
export function callServer<Answer>(
  world: World,
  random: Random,
  server: SimServer,
  timeoutMs: number,
  act: (engine: Engine) => Promise<Answer>,
): Promise<Answer> {
  const { scenario, weather, time, counts } = world;
  const faulty = (permille: number): boolean => weather.faults && random.chance(permille);
  const delay = (): number => {
    if (!weather.faults) return random.int(0, Math.min(2, scenario.linkDelayMs));
    return random.chance(scenario.linkSlow) ? random.int(100, 3_000) : random.int(0, scenario.linkDelayMs);
  };

  return new Promise((resolve, reject) => {
    let settled = false;
    const settle = (act: () => void) => {
      if (settled) return;
      settled = true;
      server.onDeath.delete(broken);
      act();
    };
    const fail = (what: string) => settle(() => reject(new LinkError(what)));
    const broken = () => void time.after(delay(), () => fail('The connection broke.'));
    server.onDeath.add(broken);
    time.after(timeoutMs, () => fail('No answer.'));

    const arrive = (answered: boolean) => {
      const { engine } = server;
      if (engine === null) return void time.after(delay(), () => fail('The server is away.'));
      const back = (act: () => void) => {
        if (!answered) return;
        if (faulty(scenario.linkLostAnswers)) counts.lostCallAnswers += 1;
        else time.after(delay(), () => server.engine === engine && settle(act));
      };
      act(engine).then(
        (answer) => back(() => resolve(answer)),
        (error: unknown) => {
          if (!(error instanceof MillraceError)) world.fail(error);
          back(() => reject(error));
        },
      );
    };
    if (faulty(scenario.linkLostRequests)) {
      counts.lostCalls += 1;
      return;
    }
    time.after(delay(), () => arrive(true));
    if (faulty(scenario.linkDuplicates)) {
      counts.duplicatedCalls += 1;
      time.after(delay() + random.int(0, 2_000), () => arrive(false));
    }
  });
}
