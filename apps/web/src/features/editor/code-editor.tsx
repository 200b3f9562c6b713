// CodeMirror, with the words of a workspace: its colours are those of the page, its problems come from the server.
import {
  autocompletion,
  type CompletionContext,
  type CompletionResult,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
} from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { yaml } from '@codemirror/lang-yaml';
import { bracketMatching, indentUnit, syntaxHighlighting } from '@codemirror/language';
import { lintGutter, lintKeymap, setDiagnostics } from '@codemirror/lint';
import { highlightSelectionMatches, search, searchKeymap } from '@codemirror/search';
import { EditorState } from '@codemirror/state';
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
} from '@codemirror/view';
import type { Workspace } from '@millrace/api';
import { useEffect, useRef } from 'react';
import { styleNonce } from '../../app/style-nonce.ts';
import { yamlColours } from '../../components/yaml-line.tsx';
import { type Knowledge, suggest } from './completion/suggest.ts';
import { editorLook } from './editor-look.ts';

export function CodeEditor({
  label,
  text,
  onChange,
  diagnostics,
  knowledge,
  line,
}: {
  label: string;
  text: string;
  onChange: (text: string) => void;
  /** Of this file. */
  diagnostics: Workspace['diagnostics'];
  /** null: it is still loaded. */
  knowledge: Knowledge | null;
  /** Where to begin, from 1. */
  line: number | null;
}) {
  const box = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const latest = useRef({ onChange, knowledge });
  latest.current = { onChange, knowledge };
  const first = useRef({ text, label });

  useEffect(() => {
    if (box.current === null) return;
    const complete = (context: CompletionContext) => completionsAt(context, latest.current.knowledge);
    const nonce = styleNonce();
    const created = new EditorView({
      parent: box.current,
      state: EditorState.create({
        doc: first.current.text,
        extensions: [
          nonce === undefined ? [] : EditorView.cspNonce.of(nonce),
          EditorView.contentAttributes.of({ 'aria-label': first.current.label, spellcheck: 'false' }),
          lineNumbers(),
          highlightActiveLine(),
          highlightActiveLineGutter(),
          history(),
          drawSelection(),
          indentUnit.of('  '),
          bracketMatching(),
          closeBrackets(),
          autocompletion({ override: [complete] }),
          search({ top: true }),
          highlightSelectionMatches(),
          lintGutter(),
          yaml(),
          syntaxHighlighting(yamlColours),
          editorLook,
          EditorView.domEventHandlers({ beforeinput: typeOverSelection }),
          keymap.of([
            ...closeBracketsKeymap,
            ...defaultKeymap,
            ...searchKeymap,
            ...historyKeymap,
            ...completionKeymap,
            ...lintKeymap,
            indentWithTab,
          ]),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) latest.current.onChange(update.state.doc.toString());
          }),
        ],
      }),
    });
    view.current = created;
    return () => {
      created.destroy();
      view.current = null;
    };
  }, []);

  useEffect(() => {
    const editor = view.current;
    if (editor === null || editor.state.doc.toString() === text) return;
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: text } });
  }, [text]);

  useEffect(() => {
    const editor = view.current;
    if (editor === null) return;
    const { doc } = editor.state;
    const marks = diagnostics.map(({ severity, message, hint, line: at, column, code }) => {
      const { from, to, text: content } = doc.line(Math.min(Math.max(at, 1), doc.lines));
      const start = Math.min(from + Math.max(column - 1, 0), to);
      const word = /^[^\s,:{}[\]]+/.exec(content.slice(start - from))?.[0].length ?? to - start;
      return {
        from: start,
        to: Math.min(start + Math.max(word, 1), Math.max(to, start)),
        severity,
        source: code,
        message: hint === null ? message : `${message}\n${hint}`,
      };
    });
    editor.dispatch(setDiagnostics(editor.state, marks));
  }, [diagnostics]);

  useEffect(() => {
    const editor = view.current;
    if (editor === null || line === null) return;
    const { from } = editor.state.doc.line(Math.min(Math.max(line, 1), editor.state.doc.lines));
    editor.dispatch({ selection: { anchor: from }, effects: EditorView.scrollIntoView(from, { y: 'center' }) });
  }, [line]);

  return <div ref={box} className="min-h-64 bg-code" />;
}

/**
 * Typing over a selection: left to itself the browser keeps the look of what was selected by a style of its own, which the page's
 * policy forbids.
 */
function typeOverSelection(event: InputEvent, view: EditorView): boolean {
  const { main } = view.state.selection;
  const { data } = event;
  if (event.inputType !== 'insertText' || data === null || main.empty || view.composing) return false;
  event.preventDefault();
  const insert = () =>
    view.state.update(view.state.replaceSelection(data), { userEvent: 'input.type', scrollIntoView: true });
  const isHandled = view.state
    .facet(EditorView.inputHandler)
    .some((handle) => handle(view, main.from, main.to, data, insert));
  if (!isHandled) view.dispatch(insert());
  return true;
}

function completionsAt(context: CompletionContext, knowledge: Knowledge | null): CompletionResult | null {
  if (knowledge === null) return null;
  const text = context.state.doc.toString();
  const found = suggest(text, text.slice(0, context.pos), knowledge);
  if (found === null || found.items.length === 0) return null;
  if (found.word === '' && !context.explicit && found.mode !== 'expression') return null;
  const after = found.mode === 'key' ? ': ' : '';
  return {
    from: context.pos - found.word.length,
    options: found.items.map(({ label, detail }) => ({
      label,
      apply: label + after,
      type: found.mode === 'key' ? 'property' : found.mode === 'expression' ? 'variable' : 'constant',
      ...(detail === undefined ? {} : { info: detail }),
    })),
    validFor: /^[\w.-]*$/,
  };
}
