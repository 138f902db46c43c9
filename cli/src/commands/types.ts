import { Args, Flags } from '@oclif/core';
import { JobicoCommand } from '../jobico-command.ts';

interface Output {
  path: string;
  events: string[];
  /** Whether the file is another than before. */
  changed: boolean;
}

export default class Types extends JobicoCommand {
  static override summary = "Write TypeScript types of a package's events, from their schemas.";
  static override description = `The file has a type for each schema, and Events, the data of each event by its id: defineJob<Events['order-placed']>(…).`;
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> shop/ --out shop/src/types.ts',
    '<%= config.bin %> <%= command.id %> --check',
  ];
  static override args = {
    package: Args.string({ description: 'Folder of the package, or its file. Default: this folder.', default: '.' }),
  };
  static override flags = {
    out: Flags.string({ description: 'The file to write. Default: src/events.ts beside the package.' }),
    check: Flags.boolean({
      description: 'Write nothing; exit code 5 if the file is not as it would be written.',
      default: false,
    }),
  };

  async run(): Promise<Output> {
    const { args, flags } = await this.parse(Types);
    const { mkdir, readFile, writeFile } = await import('node:fs/promises');
    const { dirname, join, relative } = await import('node:path');
    const { JobicoError } = await import('@jobico/contract');
    const { findPackageFile } = await import('../build/find-package.ts');
    const { readPackageFile } = await import('../deploy/package-file.ts');
    const { typesFile } = await import('../types/types-file.ts');
    const file = await findPackageFile(args.package);
    const { text, events } = await typesFile(await readPackageFile(file));
    const out = flags.out ?? join(dirname(file), 'src', 'events.ts');
    const path = relative('.', out);
    const before = await readFile(out, 'utf8').catch(() => undefined);
    const changed = before !== text;
    if (flags.check && changed) {
      const what = before === undefined ? 'is not there' : 'is not what the schemas say';
      throw new JobicoError('invalid', `${path} ${what}`, { hint: 'Run: jobico types' });
    }
    if (changed) {
      await mkdir(dirname(out), { recursive: true });
      await writeFile(out, text);
    }
    this.log(`${path}: ${events.length} events${changed ? '' : ', as before'}`);
    return { path, events, changed };
  }
}
