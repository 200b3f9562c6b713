import { afterAll } from 'vitest';
import { lookUpProgram } from '../src/processes/find-program.ts';
import type { ProcessStarter } from '../src/processes/starting/process-starter.ts';
import { perlHelper, StartHelper } from '../src/processes/starting/start-helper.ts';

export const perl = process.platform === 'linux' ? lookUpProgram(['perl'], '/', process.env.PATH) : null;
/** Whether this machine has what the start helper needs. Continuous integration does, so nothing is skipped there. */
export const canHelp = perl !== null;

/** A helper that is ready; it ends with the test file. `over` resolves to why it is not used any more. */
export async function openHelper(startMs?: number): Promise<{ helper: StartHelper; over: Promise<string | null> }> {
  if (perl === null) throw new Error('This machine has no perl.');
  const over = Promise.withResolvers<string | null>();
  const helper = await new Promise<StartHelper>((resolve) => {
    const opened = new StartHelper({
      ...perlHelper(perl),
      ready: () => resolve(opened),
      over: over.resolve,
      ...(startMs === undefined ? {} : { startMs }),
    });
  });
  afterAll(() => helper.end());
  return { helper, over: over.promise };
}

/** The ways to start processes that this machine has, without falling back from one to the other. */
export async function waysToStart(
  directly: ProcessStarter,
): Promise<readonly { way: string; starter: ProcessStarter }[]> {
  const ways = [{ way: 'directly', starter: directly }];
  return canHelp ? [...ways, { way: 'by a helper', starter: (await openHelper()).helper }] : ways;
}
