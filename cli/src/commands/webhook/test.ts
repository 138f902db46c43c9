import type { OperationOutput } from '@jobico/contract';
import { Args, Flags } from '@oclif/core';
import { PlatformCommand } from '../../platform-command.ts';

export default class WebhookTest extends PlatformCommand {
  static override summary = 'Sign a webhook as its sender would, and send it.';
  static override description = `How it is signed is read from the event's package. The secret comes from a file, or from standard input; at a
terminal it is asked for, and does not show. The event is stored and handled like any other.`;
  static override examples = [
    `<%= config.bin %> <%= command.id %> push --data '{"ref":"refs/heads/main"}'`,
    '<%= config.bin %> <%= command.id %> push push.json --secret-file github-secret.txt',
    '<%= config.bin %> <%= command.id %> push push.json --id 72d3162e < github-secret.txt',
  ];
  static override args = {
    // Standard input is the secret: no argument may be filled from it.
    event: Args.string({ description: "The event's id in its package.", required: true, ignoreStdin: true }),
    file: Args.string({ description: 'JSON file with the body.', ignoreStdin: true }),
  };
  static override flags = {
    data: Flags.string({ description: 'The body as JSON.' }),
    'secret-file': Flags.string({ description: 'File with the secret. Default: standard input.' }),
    id: Flags.string({ description: 'Id of the delivery, to send one again. Default: a new one.' }),
    'listener-url': Flags.string({ description: 'Of the listener. Default: one that the platform has.' }),
  };

  async run(): Promise<OperationOutput<'event.send'>> {
    const { args, flags } = await this.parse(WebhookTest);
    const { randomUUID } = await import('node:crypto');
    const { deliver } = await import('../../webhook/deliver.ts');
    const { findListener } = await import('../../webhook/find-listener.ts');
    const { findWebhook } = await import('../../webhook/find-webhook.ts');
    const { readSecret } = await import('../../session/read-secret.ts');
    const { readInput } = await import('../../session/read-input.ts');
    const { readBody } = await import('../../webhook/read-body.ts');
    const body = await readBody(args.file, flags.data);
    const client = await this.client(flags);
    const tenant = await this.tenant(client, flags);
    const webhook = await findWebhook(client, tenant, args.event);
    const url = flags['listener-url'] ?? (await findListener(client));
    const file = flags['secret-file'];
    const secret =
      file === undefined
        ? await readSecret(webhook.secrets[0] ?? '')
        : (await readInput(file)).toString('utf8').trimEnd();
    const id = flags.id ?? randomUUID();
    this.progress(`${webhook.scheme}: ${url}/webhooks/${tenant}/${args.event}`);
    const output = await deliver({ url, tenant, event: args.event, webhook, secret, id, body });
    for (const each of output.events) this.log(`accepted ${each.id}`);
    this.log(`  next: jobico execution list --tenant ${tenant} --event ${output.events[0]?.id ?? ''}`);
    return output;
  }
}
