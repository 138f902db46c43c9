import { PlatformCommand } from '../../platform-command.ts';
import type { Connection } from '../../session/connection.ts';

export default class ContextShow extends PlatformCommand {
  static override summary = 'Show which platform a command would ask here, as whom, and who says so.';
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --context staging',
  ];

  async run(): Promise<Connection> {
    const { raw } = await this.parse(ContextShow);
    const { findConnection } = await import('../../session/connection.ts');
    const { connectionLines, shownConnection } = await import('../../show/describe-contexts.ts');
    const flags = raw.flatMap((token) => (token.type === 'flag' ? [[token.flag, token.input] as const] : []));
    const shown = shownConnection(findConnection(Object.fromEntries(flags)));
    this.log(connectionLines(shown));
    return shown;
  }
}
