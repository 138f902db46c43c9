import { JobicoCommand } from '../../jobico-command.ts';
import type { ShownContext } from '../../show/describe-contexts.ts';

export default class ContextList extends JobicoCommand {
  static override summary = 'List the platforms that you gave names; * marks the one in use.';
  static override examples = ['<%= config.bin %> <%= command.id %>'];

  async run(): Promise<{ items: ShownContext[] }> {
    await this.parse(ContextList);
    const { readContexts } = await import('../../session/contexts.ts');
    const { contextTable, shownContext } = await import('../../show/describe-contexts.ts');
    const all = readContexts();
    const items = Object.keys(all.contexts).map((name) => shownContext(all, name));
    this.log(contextTable(items));
    return { items };
  }
}
