import type { Builtin } from './builtin.ts';
import { choiceFunctions } from './choices.ts';
import { conversionFunctions } from './conversions.ts';
import { dateFunctions } from './dates.ts';
import { encodingFunctions } from './encoding.ts';
import { listFunctions } from './lists.ts';
import { numberFunctions } from './numbers.ts';
import { objectFunctions } from './objects.ts';
import { perItemFunctions } from './per-item.ts';
import { regexFunctions } from './regex.ts';
import { sequenceFunctions } from './sequences.ts';
import { stringFunctions } from './strings.ts';

/** Every built-in function by its name: the only place where functions come from, besides the host. */
export const builtins: ReadonlyMap<string, Builtin> = new Map(
  [
    ...conversionFunctions,
    ...numberFunctions,
    ...stringFunctions,
    ...regexFunctions,
    ...sequenceFunctions,
    ...listFunctions,
    ...objectFunctions,
    ...perItemFunctions,
    ...encodingFunctions,
    ...dateFunctions,
    ...choiceFunctions,
  ].map((builtin) => [builtin.name, builtin]),
);
