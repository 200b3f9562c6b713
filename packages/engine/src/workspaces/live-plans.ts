import { folderOf, MillraceError, type PreparedPlan } from '@millrace/core';
import type { PlanCache } from '../plans/plan-cache.ts';
import type { Clock } from '../ports/clock.ts';
import type { Revision, RevisionWorkflow, StoredDiagnostic, WorkspaceStore } from '../ports/workspace-store.ts';

/** How long the live revision of a workspace is believed without being told otherwise. */
const believeMs = 5_000;
const maxRevisions = 500;

/** With the folder in which it is written; undefined: in none. */
type Named = ReadonlyMap<string, Readonly<{ entry: RevisionWorkflow; folder: string | undefined }>>;

export type LivePlan = Readonly<{
  plan: PreparedPlan;
  revision: string;
  /** In which the revision has it; absent: in none. */
  folder?: string;
  /** Not empty: it cannot be executed. */
  problems: readonly StoredDiagnostic[];
}>;

/**
 * Finds the plan of a workflow: at the live revision of its workspace, or at a pinned one. Both are cached: a pinned
 * revision never changes, the live one is forgotten when a server says that it changed, and after a few seconds anyway.
 */
export class LivePlans {
  readonly #workspaces: WorkspaceStore;
  readonly #plans: PlanCache;
  readonly #clock: Clock;
  readonly #live = new Map<string, { revision: Revision; until: number }>();
  readonly #pinned = new Map<string, Revision>();
  readonly #names = { workflow: new WeakMap<Revision, Named>(), action: new WeakMap<Revision, Named>() };
  /** Reads of live revisions that are under way: many starts at the same moment ask once. */
  readonly #reading = new Map<string, Promise<Revision | null>>();

  constructor(workspaces: WorkspaceStore, plans: PlanCache, clock: Clock) {
    this.#workspaces = workspaces;
    this.#plans = plans;
    this.#clock = clock;
  }

  /** The workspace's live revision changed. */
  forget(workspace: string): void {
    this.#live.delete(workspace);
    this.#reading.delete(workspace);
  }

  forgetAll(): void {
    this.#live.clear();
    this.#reading.clear();
  }

  /** null: the revision, or the workflow in it, is not known. */
  async find(
    workspace: string,
    workflow: string,
    revision: string | null,
    kind: 'workflow' | 'action' = 'workflow',
  ): Promise<LivePlan | null> {
    const found = await this.revision(workspace, revision);
    const named = found === null ? undefined : this.#named(found, kind).get(workflow);
    if (found === null || named === undefined) return null;
    const { entry, folder } = named;
    const plan = this.#plans.peek(entry.plan) ?? (await this.#plans.get(entry.plan));
    const live = { plan, revision: found.revision, problems: entry.problems };
    return folder === undefined ? live : { ...live, folder };
  }

  /** The workflows of a revision, or the actions that hooks call, by name: looked up at each start. */
  #named(revision: Revision, kind: 'workflow' | 'action'): Named {
    let named = this.#names[kind].get(revision);
    if (named === undefined) {
      const those = revision.workflows.filter(({ action }) => (action === true) === (kind === 'action'));
      named = new Map(those.map((entry) => [entry.name, { entry, folder: folderOf(entry.name, entry.file) }]));
      this.#names[kind].set(revision, named);
    }
    return named;
  }

  /** As `find`, with errors that say what is missing and what there is. */
  async require(workspace: string, workflow: string, revision: string | null): Promise<LivePlan> {
    const found = await this.find(workspace, workflow, revision);
    if (found !== null) return executable(found);
    const known = await this.revision(workspace, revision);
    if (known !== null) {
      const names = workflowsOf(known)
        .map(({ name }) => name)
        .sort();
      throw new MillraceError('workflow_not_found', `Workspace ${workspace} has no workflow ${workflow}.`, {
        hint: names.length === 0 ? 'It has no workflows.' : `It has: ${names.slice(0, 20).join(', ')}.`,
      });
    }
    const state = await this.#workspaces.get(workspace);
    if (state === null) {
      const names = (await this.#workspaces.list()).map(({ name }) => name);
      throw new MillraceError('workspace_not_found', `There is no workspace ${workspace}.`, {
        hint: names.length === 0 ? 'No workspace was loaded yet.' : `There are: ${names.slice(0, 20).join(', ')}.`,
      });
    }
    if (revision !== null) {
      throw new MillraceError('not_found', `Workspace ${workspace} has no revision ${revision}.`);
    }
    throw new MillraceError(
      'invalid_definition',
      `Workspace ${workspace} has never been valid, so nothing can be started.`,
      {
        hint: 'See what is wrong with its files: millrace validate PATH, or the diagnostics of the workspace.',
      },
    );
  }

  /** In which the live revision has a workflow, as a part of something else; none: it is in none, or not known. */
  async folder(workspace: string, workflow: string): Promise<Readonly<{ folder?: string }>> {
    const revision = await this.revision(workspace, null);
    const folder = revision === null ? undefined : foldersOf(revision).get(workflow);
    return folder === undefined ? {} : { folder };
  }

  async revision(workspace: string, revision: string | null): Promise<Revision | null> {
    if (revision !== null) {
      const key = `${workspace}\n${revision}`;
      const cached = this.#pinned.get(key);
      if (cached !== undefined) return cached;
      const found = await this.#workspaces.revision(workspace, revision);
      if (found !== null) this.#remember(key, found);
      return found;
    }
    const live = this.#live.get(workspace);
    if (live !== undefined && live.until > this.#clock.now()) return live.revision;
    return this.#reading.get(workspace) ?? this.#readLive(workspace);
  }

  #readLive(workspace: string): Promise<Revision | null> {
    const reading = this.#workspaces
      .revision(workspace, null)
      .then((found) => {
        // What was forgotten meanwhile may have been read before it changed: it counts only for those who wait.
        if (this.#reading.get(workspace) !== reading) return found;
        if (found === null) this.#live.delete(workspace);
        else this.#live.set(workspace, { revision: found, until: this.#clock.now() + believeMs });
        return found;
      })
      .finally(() => {
        if (this.#reading.get(workspace) === reading) this.#reading.delete(workspace);
      });
    this.#reading.set(workspace, reading);
    return reading;
  }

  #remember(key: string, revision: Revision): void {
    this.#pinned.set(key, revision);
    if (this.#pinned.size <= maxRevisions) return;
    const oldest = this.#pinned.keys().next();
    if (oldest.done !== true) this.#pinned.delete(oldest.value);
  }
}

/** The folders of those workflows of a revision that are in one, by their names. */
export const foldersOf = (revision: Revision): ReadonlyMap<string, string> =>
  new Map(
    workflowsOf(revision).flatMap(({ name, file }): readonly (readonly [string, string])[] => {
      const folder = folderOf(name, file);
      return folder === undefined ? [] : [[name, folder]];
    }),
  );

/** Without the actions that hooks call. */
export const workflowsOf = ({ workflows }: Revision): Revision['workflows'] =>
  workflows.filter(({ action }) => action !== true);

function executable(found: LivePlan): LivePlan {
  const [problem] = found.problems;
  if (problem === undefined) return found;
  const { workflow } = found.plan.plan;
  const place = problem.file === '' ? '' : `${problem.file}:${problem.line}:${problem.column}: `;
  throw new MillraceError('invalid_definition', `Workflow ${workflow} cannot be started. ${place}${problem.message}`, {
    ...(problem.hint === null ? {} : { hint: problem.hint }),
    details: { problems: found.problems.map((one) => ({ ...one })) },
  });
}
