import { z } from 'zod';
import { isGitRef } from '../git/git-url.ts';
import { expected } from '../grammar/expected.ts';
import { flatParameters } from '../grammar/parameters.ts';
import { filledText, jsonObject, name, text } from '../grammar/values.ts';

const innerPath = z
  .string()
  .min(1, expected('invalid_value', 'a path'))
  .refine(
    (written) => !/^\/|\\|(?:^|\/)\.\.(?:\/|$)/.test(written),
    expected('invalid_value', 'a path within, without `..`'),
  );
const ref = z.string().refine(isGitRef, expected('invalid_value', 'a branch, a tag, or a commit with all its digits'));

const placeKeys = ['git', 'folder', 'builtin'] as const;

/** A pack that is used: in the section `packs`, and in `dependencies` of a pack. */
export const packUse = z
  .strictObject({
    git: filledText.exactOptional().describe('Address of a repository.'),
    ref: ref.exactOptional().describe('Tag or commit (a branch may change under you). Default: the default branch.'),
    path: innerPath.exactOptional().describe('Folder of the pack within the repository.'),
    folder: innerPath.exactOptional().describe('Folder of the pack within the workspace.'),
    builtin: z.literal(true).exactOptional().describe('The pack comes with Millrace.'),
    config: jsonObject.exactOptional().describe('Values for what the pack lets workspaces configure.'),
  })
  .refine(
    (written) => placeKeys.filter((key) => key in written).length === 1,
    expected('exactly_one', 'a map with exactly one of `git`, `folder`, `builtin`'),
  )
  .meta({ id: 'PackUse' });

export const packs = z.record(name, packUse);

export const manifest = z.strictObject({
  name,
  version: z
    .string(expected('wrong_type', 'a version such as `1.2.0`, in quotes'))
    .regex(/^\d+\.\d+\.\d+(?:[-+][\w.+-]+)?$/, expected('invalid_value', 'a version such as `1.2.0`')),
  description: text.exactOptional(),
  config: flatParameters.exactOptional(),
  dependencies: packs.exactOptional(),
});

export const lockFile = z.strictObject({
  version: z.literal(1),
  packs: z.record(
    name,
    z.strictObject({
      git: filledText,
      ref: ref.exactOptional(),
      path: innerPath.exactOptional(),
      version: filledText,
      commit: z.string().regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/, expected('invalid_value', 'a commit')),
      hash: z.string().regex(/^sha256:[0-9a-f]{64}$/, expected('invalid_value', 'a hash such as `sha256:…`')),
    }),
  ),
});
