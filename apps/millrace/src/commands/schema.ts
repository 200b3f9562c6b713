import type { Command } from 'commander';

export function addSchemaCommand(program: Command): void {
  program
    .command('schema')
    .description('print the JSON Schema of the YAML files, for editors')
    .option('--json', 'accepted for symmetry: the schema is JSON anyway')
    .addHelpText(
      'after',
      `
Examples:
  $ millrace schema > .workflows/schema.json
  # then, as the first line of a YAML file, for editors with a YAML language server:
  #   yaml-language-server: $schema=schema.json
`,
    )
    .action(async () => {
      const { jsonSchema } = await import('@millrace/definition');
      process.stdout.write(`${JSON.stringify(jsonSchema(), null, 2)}\n`);
    });
}
