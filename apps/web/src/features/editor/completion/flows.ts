// Flow maps and lists (`{ … }`, `[ … ]`) may go over several lines. Whoever reads a text line by line wants each of them on one.

/**
 * The lines, with each flow joined to the line on which it begins. One that is not closed (somebody is typing it) ends where the
 * lines no longer stand further in than its beginning.
 */
export function joinFlows(lines: readonly string[]): readonly string[] {
  const joined: string[] = [];
  for (let index = 0; index < lines.length; index += 1) {
    let line = lines[index] ?? '';
    const indent = indentOf(line);
    while (index + 1 < lines.length && openAtEnd(line) > 0 && goesOn(lines[index + 1] ?? '', indent)) {
      index += 1;
      line = `${withoutComment(line)} ${(lines[index] ?? '').trimStart()}`;
    }
    joined.push(line);
  }
  return joined;
}

const indentOf = (line: string): number => line.length - line.trimStart().length;

const goesOn = (line: string, indent: number): boolean =>
  line.trim() === '' || indentOf(line) > indent || /^\s*[}\]]/.test(line);

const withoutComment = (line: string): string => line.replace(/\s+#.*$/, '');

/** How many brackets of flows are open at the end of a line. Those of a shell's code, which follow a word, are none. */
function openAtEnd(line: string): number {
  let open = 0;
  let quote = '';
  let before = '';
  for (const [index, character] of [...line].entries()) {
    if (quote !== '') {
      if (character === quote) quote = '';
    } else if (character === '#' && (index === 0 || /\s/.test(line[index - 1] ?? ''))) break;
    else if ((character === '"' || character === "'") && beginsValue(before)) quote = character;
    else if ((character === '{' || character === '[') && (open > 0 || beginsValue(before))) open += 1;
    else if ((character === '}' || character === ']') && open > 0) open -= 1;
    if (!/\s/.test(character)) before = character;
  }
  return open;
}

/** The text with what stands in quotes made harmless: a bracket or comma there begins, ends and parts nothing. */
export function withoutQuoted(text: string): string {
  let quote = '';
  let before = '';
  return [...text]
    .map((character) => {
      if (quote !== '') {
        if (character !== quote) return '{}[],'.includes(character) ? '_' : character;
        quote = '';
      } else if ((character === '"' || character === "'") && beginsValue(before)) quote = character;
      if (!/\s/.test(character)) before = character;
      return character;
    })
    .join('');
}

const beginsValue = (before: string): boolean => before === '' || ':-[{,'.includes(before);
