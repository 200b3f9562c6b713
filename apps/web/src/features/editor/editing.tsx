import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useBlocker, useSearch } from '@tanstack/react-router';
import { Save, Undo2 } from 'lucide-react';
import { useEffect, useMemo, useRef, useState } from 'react';
import { Button } from '../../components/button.tsx';
import { Diagnostics, diagnosticsText } from '../../components/diagnostics.tsx';
import { errorText } from '../../components/error-text.ts';
import { Mark } from '../../components/mark.tsx';
import { Card, Section } from '../../components/page.tsx';
import { Stale } from '../../components/page-states.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { CodeEditor } from './code-editor.tsx';
import type { Knowledge } from './completion/suggest.ts';
import { FileActions } from './file-actions.tsx';
import { LeaveDialog } from './leave-dialog.tsx';
import { withLineEnds } from './line-ends.ts';
import { Preview } from './preview.tsx';
import { checkQuery, grammarQuery } from './queries.ts';
import { SaveDialog } from './save-dialog.tsx';
import { type ServerText, useDraft } from './use-draft.ts';

/** How long nobody types before the server is asked what is wrong. */
const quietMs = 350;

/** A file in the editor, with what the server says about it and what it would do. */
export function Editing({ workspace, path, server }: { workspace: string; path: string; server: ServerText }) {
  const { line } = useSearch({ from: '/workspaces/$workspace/files' });
  const queries = useQueryClient();
  const draft = useDraft(workspace, path, server);
  const whole = useMemo(() => withLineEnds(server.text, draft.text), [server.text, draft.text]);
  const [saving, setSaving] = useState(false);
  const isNew = server.digest === null;
  const canSave = isNew ? draft.text !== '' : draft.isChanged;
  const leaving = useBlocker({
    shouldBlockFn: ({ current, next }) => draft.isChanged && current.pathname !== next.pathname,
    enableBeforeUnload: () => draft.isChanged,
    withResolver: true,
  });
  useSaveKey(() => canSave && setSaving(true));

  const check = useQuery(checkQuery(workspace, path, useQuiet(whole)));
  const grammar = useQuery(grammarQuery);
  const diagnostics = check.data?.diagnostics ?? [];
  const [lastDefined, setLastDefined] = useState<Knowledge['defined']>(null);
  const defined = check.data?.defined ?? null;
  if (defined !== null && defined !== lastDefined) setLastDefined(defined);
  const knowledge = useMemo(
    () => (grammar.data === undefined ? null : { ...grammar.data, defined: lastDefined }),
    [grammar.data, lastDefined],
  );
  const own = useMemo(() => diagnostics.filter(({ file }) => file === path), [diagnostics, path]);

  return (
    <div className="grid items-start gap-4 2xl:grid-cols-[minmax(0,1fr)_minmax(0,26rem)]">
      <div className="min-w-0 space-y-4">
        <Card>
          <div className="flex flex-wrap items-center gap-x-3 gap-y-2 border-b px-4 py-2">
            <code className="break-all font-mono text-xs">{path}</code>
            {isNew ? <Mark tone="busy">new</Mark> : draft.isChanged ? <Mark tone="wait">not saved</Mark> : null}
            <div className="ml-auto flex flex-wrap gap-2">
              {draft.isChanged && !isNew ? (
                <Button small look="quiet" onClick={draft.discard}>
                  <Undo2 aria-hidden />
                  Discard changes
                </Button>
              ) : null}
              {isNew || server.digest === null ? null : (
                <FileActions workspace={workspace} path={path} digest={server.digest} isChanged={draft.isChanged} />
              )}
              <Button small look="primary" needs="workspace:change" disabled={!canSave} onClick={() => setSaving(true)}>
                <Save aria-hidden />
                Save
              </Button>
            </div>
          </div>
          {draft.isChanged && draft.restoredAt !== null ? (
            <p role="status" className="border-b bg-busy-ground px-4 py-1.5 text-busy text-sm">
              Changes from <RelativeTime at={draft.restoredAt} /> that were not saved are here again.
            </p>
          ) : null}
          {draft.isOutdated ? (
            <p role="status" className="border-b bg-wait-ground px-4 py-1.5 text-sm text-wait">
              Somebody else changed this file meanwhile. Saving shows what differs from what it holds now.
            </p>
          ) : null}
          {check.isError && check.data !== undefined ? <Stale at={check.dataUpdatedAt} error={check.error} /> : null}
          <CodeEditor
            label={`Text of ${path}`}
            text={draft.text}
            onChange={draft.setText}
            diagnostics={own}
            knowledge={knowledge}
            line={line === undefined ? null : Number(line)}
          />
          <p className="border-t px-4 py-1.5 text-faint text-xs">
            Ctrl-Space completes. Escape and then Tab leaves the text. Ctrl-S or ⌘S saves.
          </p>
        </Card>
        <Section
          title={`Problems: ${diagnosticsText(diagnostics) ?? (check.isError ? 'not known' : check.data === undefined ? 'looking' : 'none')}`}
        >
          {diagnostics.length === 0 ? (
            <p className="p-4 text-soft text-sm">
              {check.isError
                ? errorText(check.error)
                : check.data === undefined
                  ? 'The server checks the text.'
                  : 'With this text the whole workspace is valid.'}
            </p>
          ) : (
            <Diagnostics diagnostics={diagnostics} />
          )}
        </Section>
      </div>
      <Preview checked={check.data} />
      <SaveDialog
        open={saving}
        onOpenChange={setSaving}
        workspace={workspace}
        path={path}
        server={server}
        text={whole}
        isOutdated={draft.isOutdated}
        diagnostics={diagnostics}
        onSaved={(file) => {
          queries.setQueryData(['files', workspace, path], file);
          draft.saved(file.digest);
          setSaving(false);
          for (const key of ['files', 'workspaces', 'workflows', 'workflow', 'drift'])
            void queries.invalidateQueries({ queryKey: [key] });
        }}
        onDiscard={() => {
          draft.discard();
          setSaving(false);
        }}
      />
      <LeaveDialog leaving={leaving} />
    </div>
  );
}

/** A text once nobody has changed it for a moment; the first at once. */
function useQuiet(text: string): string {
  const [quiet, setQuiet] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setQuiet(text), quietMs);
    return () => clearTimeout(timer);
  }, [text]);
  return quiet;
}

/** ⌘S or Ctrl-S anywhere on the page, in place of the browser's own. */
function useSaveKey(save: () => void): void {
  const latest = useRef(save);
  latest.current = save;
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 's' || !(event.metaKey || event.ctrlKey) || event.altKey || event.shiftKey) return;
      event.preventDefault();
      latest.current();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
}
