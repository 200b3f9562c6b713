import { highlightCode, tagHighlighter, tags } from '@lezer/highlight';
import { parser } from '@lezer/yaml';
import type { ReactNode } from 'react';

export const yamlColours = tagHighlighter([
  { tag: [tags.definition(tags.propertyName), tags.propertyName, tags.labelName], class: 'text-accent' },
  { tag: [tags.string, tags.special(tags.string)], class: 'text-good' },
  { tag: [tags.lineComment, tags.meta, tags.separator, tags.punctuation], class: 'text-faint' },
  { tag: [tags.keyword, tags.typeName, tags.attributeValue], class: 'text-busy' },
]);

type Piece = Readonly<{ text: string; colour: string }>;

/** The lines of a YAML text, each as pieces with their colours; expressions (`{{ … }}`) stand out wherever they are. */
export function yamlLines(text: string): readonly (readonly Piece[])[] {
  const lines: Piece[][] = [[]];
  highlightCode(
    text,
    parser.parse(text),
    yamlColours,
    (piece, colour) => lines.at(-1)?.push(...splitExpressions(piece, colour)),
    () => lines.push([]),
  );
  return lines;
}

function splitExpressions(text: string, colour: string): readonly Piece[] {
  return text
    .split(/(\{\{.*?\}\})/)
    .filter((part) => part !== '')
    .map((part) => ({ text: part, colour: part.startsWith('{{') ? 'text-wait' : colour }));
}

/** One line of them. */
export const YamlLine = ({ pieces }: { pieces: readonly Piece[] }): ReactNode =>
  pieces.map(({ text, colour }, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: pieces have no other name than their place
    <span key={index} className={colour}>
      {text}
    </span>
  ));
