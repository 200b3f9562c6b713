import { z } from 'zod';
import { expected } from './expected.ts';
import { text } from './values.ts';

const phrase = expected('wrong_type', 'a map such as `{ description: What it is for. }`, never the value itself');

/** What a workspace says of one of its secrets. The value stands in no file, so there is no key for it. */
export const secret = z
  .strictObject({ description: text.exactOptional() }, phrase)
  .nullable()
  .meta({ id: 'Secret', description: 'A secret that the workspace reads. Never its value.' });
