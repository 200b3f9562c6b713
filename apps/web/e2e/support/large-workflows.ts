/** Workflows that are large in one way each: `wide` in steps, `many` in items, `loud` in lines. */
export function largeWorkflows({
  steps,
  items,
  lines,
}: Readonly<{ steps: number; items: number; lines: number }>): string {
  const perLayer = 50;
  const list = Array.from({ length: steps }, (_, index) => {
    const above = index < perLayer ? '' : `, depends_on: [s${index - perLayer}]`;
    return `      s${index}: { type: wait, for: 0s${above} }`;
  });
  return `workflows:
  wide:
    steps:
${list.join('\n')}
  many:
    steps:
      each: { type: wait, for: 0s, for_each: ${items} }
  loud:
    steps:
      talk: { type: shell, cmd: 'seq -f "line %.0f of many" 1 ${lines}' }
`;
}
