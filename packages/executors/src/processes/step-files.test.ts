import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { scratchFolder } from '../../test/step-harness.ts';
import { StepFiles } from './step-files.ts';

const scratch = scratchFolder();
const filesOf = (name: string): StepFiles => {
  const tempDir = join(scratch, name);
  return new StepFiles({ tempDir, missingFolders: [tempDir, join(tempDir, 'work')], spareFolder: '/spare' });
};

describe('the files of a step', () => {
  it('are left to whoever starts the process, as far as they are small', async () => {
    const files = filesOf('small');
    await files.write(files.paths.input, '{}');
    expect(files.missing).toEqual({
      newFolders: [join(scratch, 'small'), join(scratch, 'small/work'), join(scratch, 'small/tmp')],
      spareFolder: '/spare',
      newFiles: [{ path: join(scratch, 'small/input.json'), text: '{}' }],
    });
    expect([existsSync(join(scratch, 'small')), files.areAllMissing]).toEqual([false, true]);
  });

  it('are made at once when they are large, with their folders, once', async () => {
    const files = filesOf('large');
    const text = 'x'.repeat(40_000);
    await files.write(files.paths.input, text);
    await files.makeFolders();
    expect(readFileSync(files.paths.input, 'utf8')).toBe(text);
    expect(statSync(files.paths.input).mode & 0o777).toBe(0o600);
    expect(files.missing).toEqual({ newFolders: [files.paths.temp], spareFolder: null, newFiles: [] });
    expect(files.areAllMissing).toBe(false);
  });

  it('that cannot be made fail the step, with the reason', async () => {
    const files = filesOf('no/such');
    await expect(files.makeFolders()).rejects.toMatchObject({
      fault: { code: 'folder_unavailable', details: { reason: 'ENOENT' } },
    });
  });
});
