/** The name in a text that is exactly `{{ secrets.NAME }}`; null: it is something else. */
export function secretReference(text: string): string | null {
  return /^\s*\{\{-?\s*secrets\.([A-Za-z_][A-Za-z0-9_-]*)\s*-?\}\}\s*$/.exec(text)?.[1] ?? null;
}
