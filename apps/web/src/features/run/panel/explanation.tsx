import type { ExplainedAnswer } from '@millrace/api';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { CommandLine } from '../../../components/code-view.tsx';
import { QueryView } from '../../../components/query-view.tsx';
import { RelativeTime } from '../../../components/relative-time.tsx';
import { clockText, exactText } from '../../../components/times.ts';
import { explainQuery } from '../queries.ts';

/** Why the run, a step or an item does not go on, and who or what can change it. */
export function Explanation({
  run,
  step,
  item,
}: {
  run: string;
  step?: string | undefined;
  item?: number | undefined;
}) {
  const query = useQuery(explainQuery(run, step, item));
  return (
    <section aria-label="Why">
      <h3 className="mb-2 font-medium text-sm">Why it stands where it stands</h3>
      <QueryView query={query} what="explanation" skeletonRows={2}>
        {({ answers, more }) => (
          <ul className="space-y-2">
            {answers.map((answer) => (
              <Answer
                key={`${answer.step} ${answer.item} ${answer.iteration} ${answer.reason}`}
                answer={answer}
                of={step}
                run={run}
              />
            ))}
            {more === 0 ? null : (
              <li className="text-soft text-sm">
                {more === 1 ? '1 more is' : `${more.toLocaleString('en')} more are`} like these.
              </li>
            )}
          </ul>
        )}
      </QueryView>
    </section>
  );
}

function Answer({ answer, of, run }: { answer: ExplainedAnswer; of: string | undefined; run: string }) {
  const name = [answer.step !== of ? answer.step : null, answer.item < 0 ? null : `item ${answer.item}`]
    .filter(Boolean)
    .join(', ');
  return (
    <li className="rounded-md border bg-ground px-3 py-2 text-sm">
      <p className="flex flex-wrap items-baseline gap-x-2">
        {name === '' ? null : <span className="font-medium">{name}</span>}
        <span className="text-soft text-xs">{answer.reason.replaceAll('_', ' ')}</span>
      </p>
      <p className="break-words">
        <Message text={answer.message} />
      </p>
      {answer.reason === 'waiting_for_people' ? (
        <p className="mt-1">
          <Link to="/approvals" search={{ run }} className="text-accent hover:underline">
            Answer it
          </Link>
        </p>
      ) : null}
      {answer.changes.length === 0 ? null : (
        <ul className="mt-2 space-y-1 text-soft">
          {answer.changes.map((change) => (
            <li key={change.what}>
              {change.what} {change.at === null ? null : <RelativeTime at={change.at} />}
              {change.command === null ? null : <CommandLine text={change.command} />}
            </li>
          ))}
        </ul>
      )}
      {answer.deadlines.map(({ kind, at }) => (
        <p key={kind} className="mt-1 text-soft">
          {kind.replaceAll('_', ' ')}: <RelativeTime at={at} />
        </p>
      ))}
    </li>
  );
}

const moment = /(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z)/;

/** What the server says, with its moments in the time of who reads it. */
function Message({ text }: { text: string }) {
  return text.split(moment).map((part, index) =>
    index % 2 === 0 ? (
      part
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: a part has no other name than its place
      <time key={index} dateTime={part} title={exactText(Date.parse(part))}>
        {clockText(Date.parse(part))}
      </time>
    ),
  );
}
