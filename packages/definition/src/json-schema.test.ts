import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { wrongFiles } from '../test/wrong-files.ts';
import { jsonSchema } from './json-schema.ts';

const validate = new Ajv2020({ strict: false, allErrors: false }).compile(jsonSchema());

/** What a schema of one file can see: its grammar, but neither references nor the meaning of texts. */
const grammatical = [
  'unknown_key',
  'misplaced_key',
  'unsupported_section',
  'missing_key',
  'wrong_type',
  'invalid_value',
  'invalid_duration',
  'invalid_quantity',
  'unknown_type',
  'exactly_one',
  'action_and_type',
  'no_action',
  'not_a_map',
];
/** Refused by us for reasons that a schema cannot express. */
const beyond = ['minimum: 3 } }', 'for: soon', 'signature: github, methods: [GET]'];

describe('the JSON Schema', () => {
  it('is a schema of the 2020-12 draft that explains its keys', () => {
    const text = JSON.stringify(jsonSchema());
    expect(jsonSchema().$schema).toBe('https://json-schema.org/draft/2020-12/schema');
    expect(text).toContain('Shell text; interpolated values never become code.');
  });

  it('accepts the example', () => {
    const text = readFileSync(new URL('../test/example.yaml', import.meta.url), 'utf8');
    validate(parse(text));
    expect(validate.errors).toBeNull();
  });

  const wrong = wrongFiles.filter(
    ([text, , , code]) => grammatical.includes(code) && !beyond.some((one) => text.includes(one)),
  );
  it.each(wrong)('refuses %j', (text) => {
    expect(validate(parse(text))).toBe(false);
  });
});
