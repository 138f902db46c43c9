import { relative, resolve } from 'node:path';
import { Args, Flags } from '@oclif/core';
import { LANGUAGES } from '../init/languages.ts';
import { JobicoCommand } from '../jobico-command.ts';

interface Initialised {
  name: string;
  tenant: string;
  language: string;
  folder: string;
  files: string[];
}

export default class Init extends JobicoCommand {
  static override summary = 'Write a new package: a job in your language, with schema, sample events and a test.';
  static override description = 'At a terminal it asks for what is not given.';
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> hello --language typescript',
    '<%= config.bin %> <%= command.id %> hello --language rust --tenant acme --folder jobs/hello',
  ];
  static override args = { name: Args.string({ description: 'Of the package; its folder has the same name.' }) };
  static override flags = {
    language: Flags.string({
      char: 'l',
      description: 'Of the job.',
      options: LANGUAGES.map(({ id }) => id),
    }),
    tenant: Flags.string({ description: 'The tenant that it belongs to.', env: 'JOBICO_TENANT', default: 'acme' }),
    folder: Flags.string({ description: 'Where to write it. Default: a folder of its name.' }),
  };

  async run(): Promise<Initialised> {
    const { args, flags } = await this.parse(Init);
    const { complete } = await import('../init/ask.ts');
    const { writeProject } = await import('../init/write-project.ts');
    const { name, language } = await complete({ name: args.name, language: flags.language });
    const folder = resolve(flags.folder ?? name);
    const { tenant } = flags;
    const files = await writeProject({ folder, name, tenant, language });
    const shown = relative(process.cwd(), folder) || '.';
    this.log(`${shown} has a job in ${language.title}, ${files.length} files. ${language.needs}`);
    this.log(`  next: cd ${shown} && ${language.test}`);
    this.log('        jobico build');
    return { name, tenant, language: language.id, folder, files };
  }
}
