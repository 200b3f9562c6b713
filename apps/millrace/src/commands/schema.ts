import type { Command } from 'commander';

export function addSchemaCommand(program: Command): void {
  program
    .command('schema')
    .description('print the JSON Schema of the YAML files, for editors')
    .option('--tests', 'of the files of tests (*.test.yaml) instead')
    .option('--json', 'accepted for symmetry: the schema is JSON anyway')
    .addHelpText(
      'after',
      `
Examples:
  $ millrace schema > .workflows/schema.json
  $ millrace schema --tests > .workflows/tests.schema.json
  # then, as the first line of a YAML file, for editors with a YAML language server:
  #   yaml-language-server: $schema=schema.json
`,
    )
    .action(async (options: { tests?: boolean }) => {
      const { jsonSchema, testsJsonSchema } = await import('@millrace/definition');
      const schema = options.tests === true ? testsJsonSchema() : jsonSchema();
      process.stdout.write(`${JSON.stringify(schema, null, 2)}\n`);
    });
}
