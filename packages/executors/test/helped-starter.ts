import { afterAll } from 'vitest';
import { lookUpProgram } from '../src/processes/find-program.ts';
import type { ProcessStarter } from '../src/processes/starting/process-starter.ts';
import { type HelperProgram, perlHelper, pythonHelper, StartHelper } from '../src/processes/starting/start-helper.ts';

const find = (program: string): string | null =>
  process.platform === 'linux' ? lookUpProgram([program], '/', '/usr/local/bin:/usr/bin:/bin') : null;
const perl = find('perl');
const python = find('python3');

/** The helpers that this machine can have. Continuous integration has all, so nothing is skipped there. */
export const helpers: readonly Readonly<{ language: string; program: HelperProgram }>[] = [
  perl === null ? [] : [{ language: 'perl', program: perlHelper(perl) }],
  python === null ? [] : [{ language: 'python', program: pythonHelper(python) }],
].flat();
export const canHelp = helpers.length > 0;

/** A helper that is ready; it ends with the test file. `over` resolves to why it is not used any more. */
export async function openHelper(
  program: HelperProgram,
  startMs?: number,
): Promise<{ helper: StartHelper; over: Promise<string | null> }> {
  const over = Promise.withResolvers<string | null>();
  const helper = await new Promise<StartHelper>((resolve, reject) => {
    const opened = new StartHelper({
      ...program,
      ready: () => resolve(opened),
      over: (why) => {
        over.resolve(why);
        reject(new Error(`The helper is gone: ${why}.`));
      },
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
  const helped = helpers.map(async ({ language, program }) => {
    const { helper } = await openHelper(program);
    return { way: `by a helper in ${language}`, starter: helper };
  });
  return [{ way: 'directly', starter: directly }, ...(await Promise.all(helped))];
}
