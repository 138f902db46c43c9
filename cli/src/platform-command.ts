import { Flags } from '@oclif/core';
import type { Client } from '@jobico/client';
import { JobicoCommand } from './jobico-command.ts';

/** Where a command finds the platform, and whose things it works on. */
export interface PlatformFlags {
  url: string;
  tenant?: string | undefined;
}

const tenant = Flags.string({
  description: 'The tenant. Default: the only one that exists.',
  env: 'JOBICO_TENANT',
  helpGroup: 'GLOBAL',
});

/** A command that asks the control plane of a running platform. */
export abstract class PlatformCommand extends JobicoCommand {
  static override baseFlags = {
    ...JobicoCommand.baseFlags,
    url: Flags.string({
      description: 'Of the control plane.',
      env: 'JOBICO_URL',
      default: 'http://127.0.0.1:8090',
      helpGroup: 'GLOBAL',
    }),
    tenant,
  };

  protected async client({ url }: PlatformFlags): Promise<Client> {
    const { createClient } = await import('@jobico/client');
    // No flag: every user of the machine can read the arguments of a process.
    const token = process.env.JOBICO_TOKEN;
    return createClient({ url, ...(token && { token }) });
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
