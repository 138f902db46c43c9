import { Args, Flags } from '@oclif/core';
import { JobicoCommand } from '../../jobico-command.ts';
import type { ShownContext } from '../../show/describe-contexts.ts';

export default class ContextAdd extends JobicoCommand {
  static override summary = 'Give a platform a name that --context and context use take.';
  static override description = `It is kept in jobico/contexts.json of your configuration folder (XDG_CONFIG_HOME, else ~/.config), which
nobody else can read. The first one that is added is in use at once.`;
  static override examples = [
    '<%= config.bin %> <%= command.id %> staging --url https://jobico.staging.example.com --tenant acme',
    'cat token.txt | <%= config.bin %> <%= command.id %> staging --url https://jobico.example.com --token - --use',
  ];
  static override args = {
    name: Args.string({ description: 'Lower-case letters, digits and dashes.', required: true }),
  };
  static override flags = {
    url: Flags.string({ description: 'Of its control plane.', required: true }),
    tenant: Flags.string({ description: 'The tenant that is meant where none is named.' }),
    token: Flags.string({ description: 'Who you are there; - reads it from standard input.' }),
    'listener-url': Flags.string({ description: 'Where it takes events.' }),
    use: Flags.boolean({ description: 'Use it from now on.', default: false }),
    force: Flags.boolean({ description: 'Replace one that has this name.', default: false }),
  };

  async run(): Promise<ShownContext> {
    const { args, flags } = await this.parse(ContextAdd);
    const { addContext } = await import('../../session/edit-contexts.ts');
    const { readToken } = await import('../../session/read-token.ts');
    const { shownContext } = await import('../../show/describe-contexts.ts');
    const { url, tenant, use, force, 'listener-url': listenerUrl } = flags;
    const token = await readToken(flags.token);
    const contexts = addContext({ name: args.name, url, tenant, token, listenerUrl }, { use, force });
    const shown = shownContext(contexts, args.name);
    this.log(`added ${shown.name}: ${shown.url}`);
    this.log(shown.isCurrent ? '  in use' : `  next: jobico context use ${shown.name}`);
    if (token !== undefined && isOpenToListeners(url)) {
      console.error('The token will travel unencrypted: use https where others may listen.');
    }
    return shown;
  }
}

function isOpenToListeners(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === 'http:' && !/^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
}
