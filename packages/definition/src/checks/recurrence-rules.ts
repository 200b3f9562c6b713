const frequencies = ['SECONDLY', 'MINUTELY', 'HOURLY', 'DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY'];
const numbers = /^[+-]?\d{1,3}(?:,[+-]?\d{1,3})*$/;

/** What each part of a recurrence rule (RFC 5545, 3.3.10) may hold. */
const parts: Readonly<Record<string, RegExp>> = {
  FREQ: new RegExp(`^(?:${frequencies.join('|')})$`),
  INTERVAL: /^[1-9]\d{0,5}$/,
  COUNT: /^[1-9]\d{0,8}$/,
  UNTIL: /^\d{8}(?:T\d{6}Z?)?$/,
  BYDAY: /^(?:[+-]?\d{1,2})?(?:MO|TU|WE|TH|FR|SA|SU)(?:,(?:[+-]?\d{1,2})?(?:MO|TU|WE|TH|FR|SA|SU))*$/,
  WKST: /^(?:MO|TU|WE|TH|FR|SA|SU)$/,
  BYSECOND: numbers,
  BYMINUTE: numbers,
  BYHOUR: numbers,
  BYMONTHDAY: numbers,
  BYYEARDAY: numbers,
  BYWEEKNO: numbers,
  BYMONTH: numbers,
  BYSETPOS: numbers,
};

/** What is wrong with a recurrence rule, as a sentence; null when its form is right. */
export function rruleProblem(rule: string): string | null {
  const seen = new Set<string>();
  for (const part of rule.replace(/^RRULE:/i, '').split(';')) {
    const [key = '', value] = part.toUpperCase().split('=');
    const form = Object.hasOwn(parts, key) ? parts[key] : undefined;
    if (form === undefined || value === undefined)
      return `\`rrule\` has the part \`${part}\`, which RFC 5545 does not know.`;
    if (seen.has(key)) return `\`rrule\` has \`${key}\` twice.`;
    if (!form.test(value)) return `\`rrule\`: \`${value}\` is not a value of \`${key}\`.`;
    seen.add(key);
  }
  if (!seen.has('FREQ')) return '`rrule` needs `FREQ`.';
  return seen.has('COUNT') && seen.has('UNTIL') ? '`rrule` has both `COUNT` and `UNTIL`; only one is allowed.' : null;
}
