import { z } from 'zod';
import { gitSchemes, isGitRef } from '../git/git-url.ts';
import { expected } from '../grammar/expected.ts';
import { filledText, positiveDuration } from '../grammar/values.ts';
import { durationPattern, parseDuration } from '../values/duration.ts';
import { variable } from './variable.ts';

/** What has just ended may still be told to others. */
const shortestKeepMs = 60_000;

const auth = z
  .strictObject({
    token_env: variable.exactOptional().describe('Environment variable of the server that holds an access token.'),
    token_file: filledText.exactOptional().describe('File that holds an access token.'),
    username: filledText.exactOptional().describe('Beside the token. Default x-access-token.'),
    ssh_key: filledText.exactOptional().describe('File of a private key without a passphrase.'),
    known_hosts: filledText.exactOptional().describe('File of the host keys that are trusted.'),
  })
  .refine(
    (written) => ['token_env', 'token_file', 'ssh_key'].filter((key) => key in written).length === 1,
    expected('exactly_one', 'a map with exactly one of `token_env`, `token_file`, `ssh_key`'),
  )
  .meta({ id: 'GitAuth' });

const hook = z
  .strictObject({ secret_env: variable.exactOptional(), secret_file: filledText.exactOptional() })
  .refine(
    (written) => Object.keys(written).length === 1,
    expected('exactly_one', 'a map with exactly one of `secret_env`, `secret_file`'),
  );

const pollPhrase = expected('invalid_duration', 'a duration such as `30s`, or `off`');
const poll = z
  .string(pollPhrase)
  .refine(
    (written) => written === 'off' || (durationPattern.test(written) && parseDuration(written) !== 0),
    pollPhrase,
  );

const innerPath = z
  .string()
  .refine(
    (written) => !/^\/|\\|(?:^|\/)\.\.(?:\/|$)/.test(written),
    expected('invalid_value', 'a path within the repository, without `..`'),
  );

const ref = z.string().refine(isGitRef, expected('invalid_value', 'a branch, a tag, or a commit with all its digits'));

const workspaceShapes = {
  folder: { path: filledText.describe('The folder with .workflows; from the folder of this file.') },
  git: {
    url: filledText,
    ref: ref.exactOptional().describe('Branch, tag or commit. Default: the default branch.'),
    path: innerPath.exactOptional().describe('Folder within the repository.'),
    poll: poll.exactOptional().describe('How often to look. Default 1m.'),
    auth: auth.exactOptional(),
    hook: hook.exactOptional().describe('Lets the host of the repository tell of a push.'),
  },
} as const;

export const workspaceSchemas = {
  folder: z.strictObject({ type: z.literal('folder'), ...workspaceShapes.folder }),
  git: z.strictObject({ type: z.literal('git'), ...workspaceShapes.git }),
};

export const gitSection = z.strictObject({
  schemes: z.array(z.enum(gitSchemes)).min(1).exactOptional().describe('Default https and ssh.'),
  cache: filledText.exactOptional().describe('Folder for copies of repositories.'),
  timeout: positiveDuration.exactOptional().describe('How long Git may say nothing. Default 1m.'),
  credentials: z
    .array(
      z
        .object({ url: filledText.describe('What addresses begin with.') })
        .extend(auth.shape)
        .strict()
        .refine(
          (written) => ['token_env', 'token_file', 'ssh_key'].filter((key) => key in written).length === 1,
          expected('exactly_one', 'a map of `url` and exactly one of `token_env`, `token_file`, `ssh_key`'),
        ),
    )
    .exactOptional(),
});

const keptPhrase = expected('invalid_duration', 'a duration such as `90d`, of a minute at least, or `forever`');
const kept = z
  .string(keptPhrase)
  .refine(
    (written) =>
      written === 'forever' || (durationPattern.test(written) && (parseDuration(written) ?? 0) >= shortestKeepMs),
    keptPhrase,
  );

export const retentionSection = z.strictObject({
  runs: kept.exactOptional().describe('Runs after their end, with attempts and logs. Default 90d.'),
  events: kept.exactOptional().describe('Events after they were delivered. Default 90d.'),
  deliveries: kept.exactOptional().describe('Requests to webhooks. Default 30d.'),
  revisions: kept.exactOptional().describe('Revisions that were replaced and that no run needs. Default 7d.'),
  audit: kept.exactOptional().describe('Entries of the audit log. Default 400d.'),
});

export type WrittenAuth = z.output<typeof auth>;
export type WrittenGitWorkspace = z.output<(typeof workspaceSchemas)['git']>;
export type WrittenGitSection = z.output<typeof gitSection>;
export type WrittenRetention = z.output<typeof retentionSection>;
