import { runStatuses } from '@millrace/core';
import { z } from 'zod';

export const runStatus = z.enum(runStatuses).meta({ id: 'RunStatus' });
