import { useCallback, useEffect, useRef, useState } from 'react';
import { keepDraft, readDraft } from './drafts.ts';
import { shownText } from './line-ends.ts';

/** What of a file the server holds; without a digest it is new. */
export type ServerText = Readonly<{ text: string; digest: string | null }>;

/**
 * The text that is edited. It begins with what this browser kept, follows the file while nothing was changed, and is kept as it
 * changes. `isOutdated`: the file was changed by somebody else since this was made of it.
 */
export function useDraft(workspace: string, path: string, server: ServerText) {
  const original = shownText(server.text);
  const [restored] = useState(() => {
    const draft = readDraft(workspace, path);
    return draft === null || draft.text === original ? null : draft;
  });
  const [state, setState] = useState({
    text: restored?.text ?? original,
    basedOn: restored === null ? server.digest : restored.basedOn,
  });
  const before = useRef(original);

  useEffect(() => {
    setState((now) => (now.text === before.current ? { text: original, basedOn: server.digest } : now));
    before.current = original;
  }, [original, server.digest]);

  const isChanged = state.text !== original;
  useEffect(() => {
    keepDraft(workspace, path, isChanged ? { ...state, at: new Date().toISOString() } : null);
  }, [workspace, path, state, isChanged]);

  const setText = useCallback((text: string) => setState((now) => ({ ...now, text })), []);
  /** The file now holds this. */
  const saved = useCallback((digest: string | null) => setState((now) => ({ ...now, basedOn: digest })), []);
  const discard = useCallback(() => setState({ text: original, basedOn: server.digest }), [original, server.digest]);
  return {
    text: state.text,
    setText,
    saved,
    discard,
    isChanged,
    isOutdated: isChanged && state.basedOn !== server.digest,
    /** When what was kept was typed; null: nothing was kept. */
    restoredAt: restored?.at ?? null,
  };
}
