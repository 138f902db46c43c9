import { Flags } from '@oclif/core';
import type { Client } from '@jobico/client';
import { JobicoCommand } from './jobico-command.ts';
import type { Connection } from './session/connection.ts';

/** Where a command finds the platform, and whose things it works on. */
export interface PlatformFlags {
  url: string;
  tenant?: string | undefined;
  token?: string | undefined;
}

/** What no flag says comes from the environment and the contexts; they are asked once the flags are known. */
const otherwise =
  (field: keyof Connection) =>
  async ({ flags }: { flags: object }): Promise<string | undefined> => {
    const { findConnection } = await import('./session/connection.ts');
    return findConnection(flags)[field]?.value;
  };

/** Help and the manifest would show what this user has set, the token too. */
const NOT_IN_HELP = { noCacheDefault: true, defaultHelp: async () => undefined };

/** A command that asks the control plane of a running platform. */
export abstract class PlatformCommand extends JobicoCommand {
  static override baseFlags = {
    ...JobicoCommand.baseFlags,
    context: Flags.string({
      description: 'The platform, by the name that jobico context add gave it. Else JOBICO_CONTEXT.',
      helpGroup: 'GLOBAL',
    }),
    url: Flags.string({
      description: 'Of the control plane. Else JOBICO_URL, the context, http://127.0.0.1:8090.',
      default: async (given) => (await otherwise('url')(given)) ?? '',
      ...NOT_IN_HELP,
      helpGroup: 'GLOBAL',
    }),
    tenant: Flags.string({
      description: 'The tenant. Else JOBICO_TENANT, the context, the only one that exists.',
      default: otherwise('tenant'),
      ...NOT_IN_HELP,
      helpGroup: 'GLOBAL',
    }),
    token: Flags.string({
      description: 'Who you are. Else JOBICO_TOKEN, the context. (Others may see the arguments of a process.)',
      default: otherwise('token'),
      ...NOT_IN_HELP,
      helpGroup: 'GLOBAL',
    }),
  };

  protected async client({ url, token }: PlatformFlags): Promise<Client> {
    const { createClient } = await import('@jobico/client');
    return createClient({ url, ...(token !== undefined && { token }) });
  }

  /** The tenant that was named, else the only one there is. */
  protected async tenant(client: Client, { tenant: named }: PlatformFlags): Promise<string> {
    const { resolveTenant } = await import('./session/resolve-tenant.ts');
    return await resolveTenant(client, named);
  }

  /** Says what goes on, where somebody watches. */
  protected progress(message: string): void {
    if (process.stderr.isTTY && !this.jsonEnabled()) console.error(message);
  }
}
