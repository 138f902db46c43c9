import { Command, Flags } from '@oclif/core';
import { neutraliseJson } from './output/neutralise.ts';

/** What every command has: `--json`, `--debug`, and errors told our way. */
export abstract class JobicoCommand extends Command {
  static override enableJsonFlag = true;
  static override baseFlags = {
    debug: Flags.boolean({ description: 'Show stack traces of errors.', helpGroup: 'GLOBAL' }),
  };

  protected override async catch(error: Error): Promise<never> {
    const { tell } = await import('./output/tell-error.ts');
    const { flags, baseFlags } = this.ctor;
    const names = Object.keys({ ...baseFlags, ...flags, json: true });
    const code = tell(error, { isJson: this.jsonEnabled(), isDebug: this.argv.includes('--debug'), flags: names });
    return this.exit(code);
  }

  /** Its strings are other people's: what a terminal would obey is escaped, which JSON can say. */
  override logJson(json: unknown): void {
    console.log(neutraliseJson(JSON.stringify(json, null, 2)));
  }
}
