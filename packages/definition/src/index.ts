export { type DiagnosticCode, diagnosticCodes } from './diagnostics/codes.ts';
export type { Diagnostic } from './diagnostics/diagnostic.ts';
export { jsonSchema } from './json-schema.ts';
export { type LoadResult, loadDefinitions, type SourceFile } from './load-definitions.ts';
export { formatDuration, parseDuration } from './values/duration.ts';
