/** Deeper values are of no use, and whatever walks them would run out of stack. */
export const maxNesting = 200;

/** Whether brackets of a JSON text stand deeper than that within each other. Found without parsing it, in one pass. */
export function isNestedTooDeep(text: string): boolean {
  // A text that is too short for that need not be looked at.
  if (text.length <= maxNesting) return false;
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case quote:
        at = endOfString(text, at);
        break;
      case openBracket:
      case openBrace:
        depth += 1;
        if (depth > maxNesting) return true;
        break;
      case closeBracket:
      case closeBrace:
        depth -= 1;
        break;
    }
  }
  return false;
}

const [quote, backslash, openBracket, openBrace, closeBracket, closeBrace] = [0x22, 0x5c, 0x5b, 0x7b, 0x5d, 0x7d];

/** The place of the quote that ends a string; the end of the text, if none does. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let slashes = 0;
    while (text.charCodeAt(end - 1 - slashes) === backslash) slashes += 1;
    if (slashes % 2 === 0) return end;
  }
  return text.length;
}
