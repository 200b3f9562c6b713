import type { Attempt, PlanGraph, RunStep } from '@millrace/api';
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { api } from '../../api/client.ts';

const graphKey = (run: string) => ['run-graph', run] as const;
const inputFormKey = (run: string) => ['run-input-form', run] as const;

/** The run as it stands now. The first read brings its plan too, which never changes and is kept apart. */
export const runQuery = (run: string) =>
  queryOptions({
    queryKey: ['run', run],
    queryFn: async ({ signal, client }) => {
      const known = client.getQueryData<PlanGraph>(graphKey(run)) !== undefined;
      const { graph, input_form, ...rest } = await api.runs.get(run, known ? {} : { include: 'plan' }, { signal });
      if (graph !== undefined) client.setQueryData(graphKey(run), graph);
      if (input_form !== undefined) client.setQueryData(inputFormKey(run), input_form);
      return rest;
    },
  });

/** Comes with the run, or alone for whoever looks at the graph first. */
export const graphQuery = (run: string) =>
  queryOptions({
    queryKey: graphKey(run),
    queryFn: async ({ signal }) =>
      (await api.runs.get(run, { include: 'plan' }, { signal })).graph ?? { steps: [], edges: [] },
    staleTime: Number.POSITIVE_INFINITY,
  });

/** What the plan of a run takes as input; comes with the run, as the graph does. */
export const inputFormQuery = (run: string) =>
  queryOptions({
    queryKey: inputFormKey(run),
    queryFn: async ({ signal }) =>
      (await api.runs.get(run, { include: 'plan' }, { signal })).input_form ?? { parameters: null, json_schema: {} },
    staleTime: Number.POSITIVE_INFINITY,
  });

export const explainQuery = (run: string, step: string | undefined, item: number | undefined) =>
  queryOptions({
    queryKey: ['run', run, 'explain', step ?? null, item ?? null],
    queryFn: ({ signal }) =>
      api.runs.explain(
        run,
        { ...(step === undefined ? {} : { step }), ...(item === undefined ? {} : { item }) },
        { signal },
      ),
  });

/** The attempts of a step, or of one of its items, with what they were called with and gave. */
export const attemptsQuery = (run: string, step: string, item: number) =>
  queryOptions({
    queryKey: ['run', run, 'attempts', step, item],
    queryFn: ({ signal }) => api.runs.attempts(run, { step, item, values: true, limit: 200 }, { signal }),
  });

const itemsPage = 1_000;

/** The items of a for-each step: the latest attempt of each. */
export const itemsQuery = (run: string, step: string, status: RunStep['status'] | null) =>
  infiniteQueryOptions({
    queryKey: ['run', run, 'items', step, status],
    queryFn: ({ pageParam, signal }) =>
      api.runs.attempts(
        run,
        {
          step,
          latest: true,
          limit: itemsPage,
          ...(status === null ? {} : { status: [status] }),
          ...(pageParam === null ? {} : { after: pageParam }),
        },
        { signal },
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  });

/** How many attempts a timeline is drawn from at most. */
const mostBars = 20_000;

/** All attempts without their values, for the timeline; or those of a step or an item. */
export const timelineQuery = (
  run: string,
  { step, item }: Readonly<{ step?: string | undefined; item?: number | undefined }> = {},
) =>
  queryOptions({
    queryKey: ['run', run, 'timeline', step ?? null, item ?? null],
    queryFn: async ({ signal }) => {
      const attempts: Attempt[] = [];
      for (let after: string | null = null; attempts.length < mostBars; ) {
        const page: Awaited<ReturnType<typeof api.runs.attempts>> = await api.runs.attempts(
          run,
          {
            limit: 5_000,
            ...(step === undefined ? {} : { step }),
            ...(item === undefined ? {} : { item }),
            ...(after === null ? {} : { after }),
          },
          { signal },
        );
        attempts.push(...page.items);
        after = page.next;
        if (after === null) break;
      }
      return attempts;
    },
  });

/** Runs that this run started: by `workflow` steps. */
export const childrenQuery = (run: string) =>
  queryOptions({
    queryKey: ['run', run, 'children'],
    queryFn: ({ signal }) => api.runs.list({ parent: run, limit: 500 }, { signal }),
  });
