import type { OperationOutput } from '@jobico/contract';
import { PlatformCommand } from '../../platform-command.ts';

export default class SecretRotate extends PlatformCommand {
  static override summary = 'Encrypt every secret of every tenant with the current key.';
  static override description = `Put the new key first in JOBICO_SECRETS_KEY (or its file) and keep the old one after it, start every
module again, then run this. The old key can go afterwards. Values do not change, and jobs do not notice.`;
  static override examples = ['<%= config.bin %> <%= command.id %>'];

  async run(): Promise<OperationOutput<'secret.rotate'>> {
    const { flags } = await this.parse(SecretRotate);
    const client = await this.client(flags);
    const output = await client.call('secret.rotate', {});
    const { key, rotated, unreadable } = output;
    this.log(`${rotated === 1 ? 'one secret is' : `${rotated} secrets are`} encrypted anew, with key ${key}`);
    for (const each of unreadable) {
      this.log(`  not ${each.tenant}/${each.name}: its key ${each.key} is not known, or it was tampered with`);
    }
    if (unreadable.length > 0) process.exitCode = 1;
    return output;
  }
}
