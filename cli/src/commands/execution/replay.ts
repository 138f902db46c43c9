import type { OperationOutput } from '@jobico/contract';
import { Args, Flags } from '@oclif/core';
import type { Replay } from '../../local-run/replay.ts';
import { PlatformCommand } from '../../platform-command.ts';

type Output = Replay | OperationOutput<'event.send'>;

export default class ExecutionReplay extends PlatformCommand {
  static override summary = 'Run a recorded execution again on this machine, and show what differs.';
  static override description = `The component gets the same event, at the same time, and the host's answers of then; nothing is sent or stored. That takes a job whose package says \`record: inputs\` or \`record: failures\`. Exit code 9 if the job fails.
With --to-queue its event is put on its queue instead, as a new event.`;
  static override examples = [
    '<%= config.bin %> <%= command.id %> 0193c3f2-8f7e-7cc3-98c4-dc0c0c07398f',
    '<%= config.bin %> <%= command.id %> 0193c3f2-8f7e-7cc3-98c4-dc0c0c07398f --component build/price-order.wasm',
    '<%= config.bin %> <%= command.id %> 0193c3f2-8f7e-7cc3-98c4-dc0c0c07398f --to-queue',
  ];
  static override args = { id: Args.string({ description: 'Id of the execution.', required: true }) };
  static override flags = {
    component: Flags.string({ description: 'Another component than the one that ran.', exclusive: ['to-queue'] }),
    secret: Flags.string({
      description:
        'Value of a secret that the job reads, NAME=VALUE: secrets are not recorded. May be given several times.',
      multiple: true,
      multipleNonGreedy: true,
      default: [],
    }),
    'to-queue': Flags.boolean({ description: 'Put the event on its queue again.', default: false }),
  };

  async run(): Promise<Output> {
    const { args, flags } = await this.parse(ExecutionReplay);
    const client = await this.client(flags);
    const input = { tenant: await this.tenant(client, flags), execution: args.id };
    if (flags['to-queue']) {
      const { sendAgain } = await import('../../local-run/send-again.ts');
      const sent = await sendAgain(client, input);
      for (const { id } of sent.events)
        this.log(`accepted ${id}\n  next: jobico execution list --tenant ${input.tenant} --event ${id}`);
      return sent;
    }
    const { findReplaySource } = await import('../../local-run/replay-source.ts');
    const { replay } = await import('../../local-run/replay.ts');
    const { describeReplay } = await import('../../local-run/describe-replay.ts');
    const { readGrants } = await import('../../local-run/read-grants.ts');
    const { secrets } = readGrants(flags.secret.map((each) => `secret:${each}`));
    const { originalDigest, ...source } = await findReplaySource(client, input, flags.component);
    this.progress(`running execution ${args.id} again …`);
    const output = await replay(source, { secrets, originalDigest });
    this.log(describeReplay(output));
    if (!output.replayed.ok) process.exitCode = 9;
    return output;
  }
}
