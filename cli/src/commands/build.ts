import { Args, Flags } from '@oclif/core';
import type { BuildReport } from '../build/build-package.ts';
import { JobicoCommand } from '../jobico-command.ts';

export default class Build extends JobicoCommand {
  static override summary = "Build the components of a package's jobs.";
  static override description = `Each runtime's component is written where its moduleref says, and put through the gate that a deploy has.
TypeScript and JavaScript are found at src/<runtime>.ts and need no other tool; for other languages jobico.build.yaml, beside the package, has the command. Exit code 5 if one fails.`;
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> shop/',
    '<%= config.bin %> <%= command.id %> shop/shop.yaml --runtime price-order --json',
  ];
  static override args = {
    package: Args.string({ description: 'Folder of the package, or its file. Default: this folder.', default: '.' }),
  };
  static override flags = {
    runtime: Flags.string({
      description: 'Build only this one; may be given several times.',
      multiple: true,
      multipleNonGreedy: true,
    }),
  };

  async run(): Promise<BuildReport> {
    const { args, flags } = await this.parse(Build);
    const { findPackageFile } = await import('../build/find-package.ts');
    const { buildPackage } = await import('../build/build-package.ts');
    const { builtLine, failedLines } = await import('../build/describe-build.ts');
    const { neutraliseLines } = await import('../output/neutralise.ts');
    const isShown = !this.jsonEnabled();
    const isStreamed = isShown && process.stderr.isTTY;
    const report = await buildPackage(await findPackageFile(args.package), {
      ...(flags.runtime && { runtimes: flags.runtime }),
      onStart: ({ runtime, kind }) => this.progress(kind === 'prebuilt' ? undefined : `building ${runtime} …`),
      onOutput: (text) => isStreamed && process.stderr.write(neutraliseLines(text).join('\n')),
      onDone: (item, error) => {
        if (item.ok) this.log(builtLine(item));
        else if (error && isShown) console.error(failedLines(error, { isStreamed }));
      },
    });
    const failed = report.items.filter(({ ok }) => !ok);
    if (failed.length === 0) return report;
    const { JobicoError } = await import('@jobico/contract');
    const names = failed.map(({ runtime }) => runtime).join(', ');
    throw new JobicoError('build-failed', `${failed.length} of ${report.items.length} not built: ${names}`, {
      details: report,
    });
  }

  private progress(message: string | undefined): void {
    if (message !== undefined && process.stderr.isTTY && !this.jsonEnabled()) console.error(message);
  }
}
