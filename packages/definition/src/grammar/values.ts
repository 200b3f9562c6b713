import type { Json } from '@millrace/core';
import { z } from 'zod';
import { durationPattern, maxDurationMs, parseDuration } from '../values/duration.ts';
import { namePattern, packItemPattern } from '../values/names.ts';
import { expected } from './expected.ts';

export const text = z.string();
export const filledText = z.string().min(1, expected('invalid_value', 'a text that is not empty'));

const durationPhrase = expected('invalid_duration', 'a duration such as `500ms`, `30s`, `5m`, `2h`, `7d` or `1h30m`');

export const duration = z
  .string(durationPhrase)
  .regex(durationPattern, durationPhrase)
  .refine((written) => (parseDuration(written) ?? 0) <= maxDurationMs, expected('out_of_range', 'at most `366d`'))
  .meta({ id: 'Duration', description: 'Whole numbers with units, largest first: 500ms, 30s, 5m, 2h, 7d, 1h30m.' });

export const positiveDuration = duration
  .refine((written) => parseDuration(written) !== 0, expected('out_of_range', 'longer than `0s`'))
  .meta({ id: 'PositiveDuration', description: 'A duration longer than zero.' });

/** A Kubernetes quantity: 500m, 2, 1.5, 512Mi, 4Gi, 1e3. Numbers are allowed for `cpu: 2`. */
const quantityPattern = /^\d+(?:\.\d+)?(?:[eE][+-]?\d+|m|k|Ki|M|Mi|G|Gi|T|Ti|P|Pi|E|Ei)?$/;
const quantityPhrase = expected('invalid_quantity', 'a Kubernetes quantity such as `"500m"`, `"2"`, `512Mi` or `4Gi`');
const quantity = z
  .union([z.string().regex(quantityPattern, quantityPhrase), z.number().min(0)], quantityPhrase)
  .meta({ id: 'Quantity', description: 'A Kubernetes quantity: "500m", "2", 512Mi, 4Gi.' });

export const name = z
  .string()
  .regex(
    namePattern,
    expected('invalid_name', 'a name: letters, digits, `_` and `-`, not starting with a digit or `-`'),
  )
  .meta({ id: 'Name' });

/** The name of an action or workflow of this workspace, or of an item of a pack (`core.notify`). */
export const reference = z
  .string()
  .refine(
    (written) => namePattern.test(written) || packItemPattern.test(written),
    expected('invalid_name', 'a name, or `pack.name` for an item of a pack'),
  )
  .meta({ id: 'Reference' });

export const json: z.ZodType<Json> = z.json();
export const jsonObject = z.record(z.string(), json);

/** Values of environment variables, headers and the like: numbers and booleans may stand without quotes. */
export const scalarText = z.union(
  [z.string(), z.number(), z.boolean()],
  expected('wrong_type', 'a text, a number, `true` or `false`'),
);
const variablePhrase = expected('invalid_name', 'the name of an environment variable: letters, digits and `_`');
export const env = z
  .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, variablePhrase), scalarText)
  .meta({ id: 'Env', description: 'Environment variables; the values may be templates.' });

export const textList = z.array(scalarText);

/** A condition: a bare expression or one `{{ expression }}`. */
export const condition = z
  .union([filledText, z.boolean()], expected('wrong_type', 'an expression'))
  .meta({ id: 'Condition', description: 'A bare expression, or exactly one {{ expression }}.' });

export const resources = z
  .strictObject({ cpu: quantity.exactOptional(), memory: quantity.exactOptional() })
  .meta({ id: 'Resources' });

export const priority = z.int().min(-1000).max(1000).meta({ description: 'Higher goes first. Default 0.' });
export const label = z.array(filledText).max(64);
