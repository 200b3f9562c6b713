import { z } from 'zod';
import { expected } from '../grammar/expected.ts';

/** Names a variable of the server's environment. */
export const variable = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, expected('invalid_name', 'the name of an environment variable'));
