import { Args, Flags } from '@oclif/core';
import { JobicoCommand } from '../jobico-command.ts';
import type { TestRun } from '../local-run/run-cases.ts';

interface Output {
  ok: boolean;
  items: TestRun[];
}

export default class Test extends JobicoCommand {
  static override summary = 'Run a job on an event, here and now, in the sandbox that it has on the platform.';
  static override description = `No platform is needed: buckets are in memory, HTTP is answered by mocks, what the job raises is shown.
Of a package, the jobs are built first, and have the grants, schemas and deadlines that it gives them; without --event and --data they get the sample events in events/<event>.json. Exit code 9 if a job fails.`;
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> shop.yaml --job price-order --event order.json --watch',
    `<%= config.bin %> <%= command.id %> build/job.wasm --data '{"id":1}' --grant kv:prices=write --kv prices.json`,
    '<%= config.bin %> <%= command.id %> build/job.wasm --event order.json --grant http:https://api.example.com --http mock.json --json',
  ];
  static override args = {
    target: Args.string({
      description: 'A component, a package file, or its folder. Default: this folder.',
      default: '.',
    }),
  };
  static override flags = {
    job: Flags.string({ description: 'Of a package, the job: its event or its runtime.' }),
    event: Flags.string({
      description: 'JSON file with the event, or an array of events; - for standard input.',
      exclusive: ['data'],
    }),
    data: Flags.string({ description: 'The event as JSON.' }),
    grant: Flags.string({
      description:
        'What the job may use besides what its package grants: config:NAME=VALUE, secret:NAME=VALUE, kv:BUCKET, kv:BUCKET=write, http:ORIGIN, emit:EVENT, or a file. May be given several times.',
      multiple: true,
      multipleNonGreedy: true,
      default: [],
    }),
    kv: Flags.string({ description: 'JSON file with what the buckets hold: {"bucket": {"key": value}}.' }),
    http: Flags.string({
      description: 'JSON file with answers to requests: {"GET https://host/path": {"status": 200, "json": {}}}.',
    }),
    key: Flags.string({ description: 'Ordering key of the event, where its queue has no pointer.' }),
    id: Flags.string({ description: 'Id of the event. Default: a new one.' }),
    time: Flags.string({ description: 'When the event was accepted, which is the time inside the job. Default: now.' }),
    attempt: Flags.integer({ description: 'Number of the attempt.', min: 1, default: 1 }),
    timeout: Flags.string({ description: 'Instead of the deadline of the job, e.g. PT5S.' }),
    'no-build': Flags.boolean({ description: 'Take the components of the package as they are.', default: false }),
    watch: Flags.boolean({
      char: 'w',
      description: 'Run again when the source, an event or a mock changes.',
      default: false,
    }),
  };

  async run(): Promise<Output | undefined> {
    const { args, flags } = await this.parse(Test);
    const { createTestSession } = await import('../local-run/test-session.ts');
    const { describeRun } = await import('../local-run/describe-run.ts');
    const { neutraliseJson } = await import('../output/neutralise.ts');
    const isWatched = flags.watch;
    const session = await createTestSession(
      args.target,
      { ...flags, build: !flags['no-build'] },
      {
        onRun: (run) => this.log(describeRun(run)),
        progress: (message) => process.stderr.isTTY && !this.jsonEnabled() && console.error(message),
      },
    );
    if (!isWatched) {
      const items = await session.run();
      const failed = items.filter(({ ok }) => !ok).length;
      if (items.length > 1) this.log(`${items.length - failed} of ${items.length} ok`);
      if (failed > 0) process.exitCode = 9;
      return { ok: failed === 0, items };
    }
    const { watchSession } = await import('../local-run/watch-session.ts');
    await watchSession(session, (items) => {
      if (this.jsonEnabled()) console.log(neutraliseJson(JSON.stringify({ ok: items.every(({ ok }) => ok), items })));
    });
    return undefined;
  }
}
