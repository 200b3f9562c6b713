import type { Workflow } from '@millrace/api';
import { ApiError } from '@millrace/client';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { Play } from 'lucide-react';
import { useRef, useState } from 'react';
import { api } from '../../api/client.ts';
import { Button } from '../../components/button.tsx';
import { countText } from '../../components/count-text.ts';
import type { JsonObject } from '../../components/form/form-field.ts';
import { problemsOf } from '../../components/form/form-problems.ts';
import { JsonForm } from '../../components/form/json-form.tsx';
import { textLinkClass } from '../../components/link-class.ts';
import { Card } from '../../components/page.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { TextField } from '../../components/text-field.tsx';
import { useErrorToast, useToast } from '../../components/toast.tsx';
import { exampleRunQuery } from './queries.ts';

/** Starts a run, with the defaults of the workflow or, with `like` in the address, as another run was started. */
export function StartPanel({ workflow }: { workflow: Workflow }) {
  const { like } = useSearch({ from: '/workflows/$workspace/$workflow' });
  const example = useQuery({ ...exampleRunQuery(like ?? ''), enabled: like !== undefined });
  if (like === undefined) return <StartForm workflow={workflow} />;
  return (
    <QueryView query={example} what="run">
      {({ input, tags, priority }) => (
        <>
          <p className="text-soft text-sm">
            Filled in as{' '}
            <Link to="/runs/$run" params={{ run: like }} className={textLinkClass}>
              run {like}
            </Link>{' '}
            was started. It starts a new run at the live revision and takes nothing over but the inputs.
          </p>
          <StartForm key={like} workflow={workflow} like={{ input, tags, priority }} />
        </>
      )}
    </QueryView>
  );
}

type Like = Readonly<{ input: JsonObject; tags: readonly string[]; priority: number }>;

function StartForm({ workflow, like }: { workflow: Workflow; like?: Like }) {
  const navigate = useNavigate();
  const queries = useQueryClient();
  const toast = useToast();
  const showError = useErrorToast('The run was not started');
  const [tags, setTags] = useState(like?.tags.join(', ') ?? '');
  const [priority, setPriority] = useState(like === undefined || like.priority === 0 ? '' : String(like.priority));
  // Pressing twice, or once more after the answer was lost, starts one run.
  const key = useRef(crypto.randomUUID());
  const start = useMutation({
    mutationFn: (input: JsonObject) =>
      api.workflows.start(workflow.workspace, workflow.name, {
        input,
        idempotency_key: key.current,
        ...(tags.trim() === ''
          ? {}
          : {
              tags: tags
                .split(',')
                .map((tag) => tag.trim())
                .filter((tag) => tag !== ''),
            }),
        ...(priority.trim() === '' ? {} : { priority: Number(priority) }),
      }),
    onSuccess: ({ id }) => {
      void queries.invalidateQueries({ queryKey: ['runs'] });
      toast({ text: `Run ${id} is started` });
      void navigate({ to: '/runs/$run', params: { run: id } });
    },
    onError: (error) => {
      if (problemsOf(error).length === 0) showError(error);
      // Nothing was started under this key, so what is sent next is a start of its own.
      if (error instanceof ApiError && error.status > 0) key.current = crypto.randomUUID();
    },
  });
  const wrongPriority = priority.trim() !== '' && !/^-?\d{1,4}$/.test(priority.trim());
  return (
    <Card className="max-w-3xl p-4">
      <JsonForm
        schema={workflow.input.json_schema}
        parameters={workflow.input.parameters}
        {...(like === undefined ? {} : { initial: like.input })}
        error={start.error}
        onSubmit={(input) => start.mutate(input)}
      >
        <details className="text-sm" open={tags !== '' || priority !== ''}>
          <summary className="cursor-pointer text-soft hover:text-text">Tags and priority</summary>
          <div className="grid gap-4 pt-3 sm:grid-cols-2">
            <TextField label="Tags" hint="separated by commas" value={tags} onChange={setTags} />
            <TextField
              label="Priority"
              hint="higher goes first; 0 is usual"
              error={wrongPriority ? 'Expected a whole number from -1000 to 1000.' : null}
              inputMode="numeric"
              value={priority}
              onChange={setPriority}
            />
          </div>
        </details>
        <div className="flex items-center gap-2 border-t pt-4">
          <Button type="submit" look="primary" needs="workflow:start" disabled={start.isPending || wrongPriority}>
            <Play aria-hidden />
            Start the run
          </Button>
          {workflow.graph.steps.length === 0 ? null : (
            <span className="text-soft text-sm">
              {countText(workflow.graph.steps.length, 'step')} of {workflow.name}
            </span>
          )}
        </div>
      </JsonForm>
    </Card>
  );
}
