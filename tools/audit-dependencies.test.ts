import { expect, it } from 'vitest';
import { judgeAudit } from './audit-dependencies.ts';

const report = (...severities: readonly string[]) =>
  JSON.stringify({
    auditReportVersion: 2,
    vulnerabilities: Object.fromEntries(severities.map((severity, at) => [`p${at}`, { severity, range: '<1.2.3' }])),
  });

it.each([
  ['nothing known', report(), 'clean', 'No known hole.'],
  ['small holes', report('low', 'moderate'), 'clean', 'moderate: p1 <1.2.3'],
  ['a grave hole', report('low', 'high'), 'grave', 'high: p1 <1.2.3'],
  ['a registry that does not take the question', '{"message":"405 Method Not Allowed"}', 'unknown', '405'],
  ['no answer', '', 'unknown', 'no answer'],
  ['nonsense', '[]', 'unknown', 'no answer'],
])('%s is judged as it is', (_, output, verdict, line) => {
  const judged = judgeAudit(output);
  expect(judged.verdict).toBe(verdict);
  expect(judged.lines.join('\n')).toContain(line);
});
