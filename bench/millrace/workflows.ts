const steps = (count: number, body: string): string =>
  Array.from({ length: count }, (_, index) => {
    const after = index === 0 ? '' : `, depends_on: [s${index - 1}]`;
    return `      s${index}: { ${body}${after} }`;
  }).join('\n');

const diamonds = 10;
const sides = Array.from({ length: 8 }, (_, index) => index);

/** Ten diamonds in a row: a step, eight beside each other that depend on it, and one that joins them. */
const diamond = Array.from({ length: diamonds }, (_, index) => {
  const after = index === 0 ? '' : `, depends_on: [join${index - 1}]`;
  return [
    `      top${index}: { type: function, function: body${after} }`,
    ...sides.map((side) => `      side${index}_${side}: { type: function, function: body, depends_on: [top${index}] }`),
    `      join${index}: { type: function, function: body, depends_on: [${sides.map((side) => `side${index}_${side}`).join(', ')}] }`,
  ].join('\n');
}).join('\n');

/** The workflows that the workloads start. */
export const benchWorkflows = `
workflows:
  single:
    steps:
      only: { type: function, function: body, input: { text: "{{ run.id }}" } }
  single-waiting:
    steps:
      only: { type: function, function: body, queue: waiting, input: { text: "{{ run.id }}" } }
  sequence:
    steps:
${steps(10, 'type: function, function: body')}
  diamond-100:
    steps:
${diamond}
  fan-out:
    input: { items: { type: integer, required: true } }
    steps:
      each: { type: function, function: item, for_each: "{{ range(input.items) }}", input: { n: "{{ item }}" } }
      join: { type: function, function: item, depends_on: [each], input: { n: "{{ length(steps.each.output) }}" } }
  shell-40:
    steps:
${steps(40, "type: shell, cmd: 'true'")}
  shell-40-local:
    mode: local
    steps:
${steps(40, "type: shell, cmd: 'true'")}
  shell-each:
    input: { items: { type: integer, required: true } }
    steps:
      each: { type: shell, cmd: 'true', for_each: "{{ range(input.items) }}" }
  talk:
    input: { file: { type: string, required: true } }
    steps:
      say:
        type: shell
        for_each: 4
        cmd: cat "$FILE"
        env: { FILE: "{{ input.file }}" }
`;
