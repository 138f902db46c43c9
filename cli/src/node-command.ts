import type { OperationOutput } from '@jobico/contract';
import { PlatformCommand } from './platform-command.ts';

/** Lists the running modules. */
export abstract class NodeCommand extends PlatformCommand {
  async run(): Promise<OperationOutput<'node.list'>> {
    const { flags } = await this.parse({ flags: {}, baseFlags: PlatformCommand.baseFlags, enableJsonFlag: true });
    const { nodeTable } = await import('./show/tables.ts');
    const client = await this.client(flags);
    const output = await client.call('node.list', {});
    this.log(nodeTable(output.items));
    return output;
  }
}
