const sequence = Array.from({ length: 10 }, (_, index) => {
  const after = index === 0 ? '' : `, depends_on: [s${index - 1}]`;
  return `      s${index}: { type: function, function: body${after} }`;
}).join('\n');

const shell = Array.from({ length: 40 }, (_, index) => {
  const after = index === 0 ? '' : `, depends_on: [s${index - 1}]`;
  return `      s${index}: { type: shell, cmd: 'true'${after} }`;
}).join('\n');

/** The workflows that the workloads start. */
export const benchWorkflows = `
workflows:
  single:
    steps:
      only: { type: function, function: body, input: { text: "{{ run.id }}" } }
  sequence:
    steps:
${sequence}
  shell-40:
    steps:
${shell}
  shell-40-local:
    mode: local
    steps:
${shell}
  fan-out:
    input: { items: { type: integer, required: true } }
    steps:
      each: { type: function, function: item, for_each: "{{ range(input.items) }}", input: { n: "{{ item }}" } }
      join: { type: function, function: item, depends_on: [each], input: { n: "{{ length(steps.each.output) }}" } }
`;
