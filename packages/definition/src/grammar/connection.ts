import { z } from 'zod';
import { flatParameters } from './parameters.ts';
import { jsonObject, name, text } from './values.ts';

export const connectionType = z
  .strictObject({
    description: text.exactOptional(),
    fields: flatParameters.describe('What such connections have; `secret: true`: given as `{{ secrets.NAME }}`.'),
  })
  .meta({ id: 'ConnectionType' });

export const connection = z
  .strictObject({
    description: text.exactOptional(),
    type: name.exactOptional().describe('One of `connection_types`. Default: none, and so any fields.'),
    values: jsonObject.exactOptional().describe('Its fields; texts may be templates that read `secrets`.'),
  })
  .meta({ id: 'Connection' });
