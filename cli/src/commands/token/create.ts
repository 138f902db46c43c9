import type { OperationOutput } from '@jobico/contract';
import { Flags } from '@oclif/core';
import { PlatformCommand } from '../../platform-command.ts';

export default class TokenCreate extends PlatformCommand {
  static override summary = 'Give access: a token for HTTP, or credentials for NATS.';
  static override description = [
    'A token is shown now and never again: the platform keeps its hash.',
    'With --nats the credentials go to a file, which NATS clients take:',
    "nats --creds acme.creds pub jobico.event.acme.order-placed '{}'",
  ].join('\n');
  static override examples = [
    '<%= config.bin %> <%= command.id %> --tenant acme --role deployer --name ci --expires 30d',
    '<%= config.bin %> <%= command.id %> --tenant acme --role producer --nats --out acme.creds',
    '<%= config.bin %> <%= command.id %> --role admin',
    'export JOBICO_TOKEN=$(<%= config.bin %> <%= command.id %> --tenant acme --role viewer --quiet)',
  ];
  static override flags = {
    role: Flags.option({
      description:
        'What it may do. admin: everything; owner: everything in the tenant; deployer: all but giving access; producer: send events; viewer: look.',
      options: ['admin', 'owner', 'deployer', 'producer', 'viewer'] as const,
      required: true,
    })(),
    name: Flags.string({ description: 'What it is to be known by, in lists.' }),
    expires: Flags.string({ description: 'How long it is valid: 90s, 12h, 30d.', default: '90d' }),
    nats: Flags.boolean({ description: 'Credentials for NATS; for a producer or a viewer.', dependsOn: ['out'] }),
    out: Flags.string({ description: 'File for the credentials; it must not exist.', dependsOn: ['nats'] }),
    quiet: Flags.boolean({
      char: 'q',
      description: 'Print the token and nothing else.',
      exclusive: ['nats'],
    }),
  };

  async run(): Promise<OperationOutput<'token.create'>> {
    const { flags, metadata } = await this.parse(TokenCreate);
    const { given } = await import('../../session/given.ts');
    const { readDuration } = await import('../../session/read-duration.ts');
    const { role, name, out } = flags;
    const expiresInSeconds = readDuration('--expires', flags.expires);
    const client = await this.client(flags);
    // An admin is of no tenant: that of the context does not matter, and one that is named here is refused.
    const named = metadata.flags.tenant?.setFromDefault === true ? undefined : flags.tenant;
    const tenant = role === 'admin' ? named : await this.tenant(client, flags);
    const kind = flags.nats ? 'nats' : 'http';
    const about = { role, kind, expiresInSeconds, ...given({ tenant, name }) } as const;
    if (out !== undefined) return await this.#toFile(out, () => client.call('token.create', about));
    const output = await client.call('token.create', about);
    if (flags.quiet) this.log(output.secret);
    else this.log(`${described(output)}. It is shown only now:\n\n  ${output.secret}\n\n  next: export JOBICO_TOKEN=…`);
    return output;
  }

  async #toFile(file: string, create: () => Promise<OperationOutput<'token.create'>>) {
    const { createSecretFile } = await import('../../session/secret-file.ts');
    const write = await createSecretFile(file);
    const output = await create().catch(async (error: unknown) => {
      await write.discard();
      throw error;
    });
    await write.content(output.secret);
    this.log(`${described(output)}: credentials for NATS in ${file}`);
    this.log(`  next: nats --creds ${file} ${output.role === 'viewer' ? 'sub' : 'pub'} …`);
    return output;
  }
}

function described({ id, role, tenant, expiresAt }: OperationOutput<'token.create'>): string {
  const whose = tenant === undefined ? 'of the platform' : `of tenant ${tenant}`;
  return `Token ${id}: ${role} ${whose} until ${expiresAt.slice(0, 16)}Z`;
}
