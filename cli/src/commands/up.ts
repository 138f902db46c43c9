import { Flags } from '@oclif/core';
import { JobicoCommand } from '../jobico-command.ts';
import type { Platform, PlatformOptions } from '../platform/start-platform.ts';

const port = (description: string, otherwise: number) =>
  Flags.integer({ description: `${description} Default ${otherwise}; 0 takes a free one.`, min: 0, max: 65_535 });

export default class Up extends JobicoCommand {
  static override summary = 'Start the platform, with a nats-server of its own.';
  static override description = `It runs until Ctrl-C, and keeps its data for the next start. What no flag says comes from
JOBICO_… variables, .env files and jobico.yaml: see jobico config show. With --json one line is printed when everything
is ready: its \`urls\`.

With JOBICO_AUTH=tokens nothing is done without a token, as APP_ENV=production wants it; the first start shows an
admin's, unless JOBICO_ADMIN_TOKEN gives one. The nats-server lets nobody in without credentials then: those of the
modules, and its keys, are made in the data folder. Otherwise no token is asked, and only this machine is answered.`;
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --data /var/lib/jobico --listener-port 0 --ctl-port 0 --nats-port 0 --json',
    '<%= config.bin %> <%= command.id %> --modules executor --nats-url nats://nats:4222',
  ];
  static override flags = {
    config: Flags.string({ description: 'Configuration file. Default: jobico.yaml of this folder, if there is one.' }),
    data: Flags.string({ description: 'Folder of what the platform keeps on this machine. Default ./.jobico.' }),
    modules: Flags.string({ description: 'Modules to run, separated by commas. Default all: listener,executor,ctl.' }),
    host: Flags.string({ description: 'Address that listener and ctl bind. Default 127.0.0.1.' }),
    'listener-port': port('Port of the listener.', 8080),
    'ctl-port': port('Port of the control plane.', 8090),
    'nats-port': port('Port of the nats-server that is started.', 4222),
    'executor-port': port("Port of the executor's /health.", 0),
    'nats-url': Flags.string({ description: 'A NATS server that runs already; none is started then.' }),
    'log-level': Flags.option({
      description: 'Least severe level that is logged. Default info.',
      options: ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const,
    })(),
    'log-file': Flags.string({
      description:
        'File for the logs. Default: standard error; jobico.log in the data folder where that is a terminal.',
    }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Up);
    const { loggerOptionsOf, readSettings } = await import('../platform/read-settings.ts');
    const { startPlatform } = await import('../platform/start-platform.ts');
    const { catchStopSignals } = await import('../platform/stop-signals.ts');
    const { runUntilStopped } = await import('../platform/run-until-stopped.ts');
    const { createLogger } = await import('@jobico/telemetry');
    const { openDiagnosticsOf } = await import('../platform/diagnostics.ts');
    const settings = readSettings(flags, process.stderr.isTTY);
    const { logFile } = settings;
    const log = createLogger(loggerOptionsOf(settings));
    await using _diagnostics = await openDiagnosticsOf(settings, log);
    const onStep = (message: string) => process.stderr.isTTY && console.error(message);
    const signals = catchStopSignals();
    const { signal } = signals;
    const platform = await startPlatform({ ...settings, log, onStep, signal }).catch((error: unknown) => {
      if (signal.aborted) return undefined;
      throw error;
    });
    if (platform === undefined) return;
    this.tellReady(platform, settings, logFile);
    await runUntilStopped(platform, () => onStep('stopping …'), signals);
  }

  private tellReady(
    { urls, creds, adminToken }: Platform,
    { data, modules = [], auth }: Pick<PlatformOptions, 'data' | 'modules' | 'auth'>,
    logFile: string | undefined,
  ): void {
    if (this.jsonEnabled()) {
      console.log(
        JSON.stringify({
          urls,
          ...(creds !== undefined && { creds }),
          ...(adminToken !== undefined && { adminToken }),
        }),
      );
      return;
    }
    this.log(`Jobico is up: ${modules.join(', ')}; data in ${data}`);
    if (urls.listener) this.log(`  events    ${urls.listener}/events/{tenant}/{event}`);
    if (urls.ctl) this.log(`  control   ${urls.ctl}`);
    this.log(`  nats      ${urls.nats}${creds === undefined ? '' : `, with credentials: ${creds}`}`);
    if (logFile !== undefined) this.log(`  logs      ${logFile}`);
    if (auth === 'open')
      this.log('  access    open: whoever uses this machine may do everything (JOBICO_AUTH=tokens asks for tokens)');
    else if (adminToken === undefined) this.log('  access    by token');
    else {
      this.log("  access    by token; this is the first admin's, and it is not shown again:");
      this.log(`\n  export JOBICO_TOKEN=${adminToken}\n`);
    }
    if (urls.ctl) {
      const url = urls.ctl === 'http://127.0.0.1:8090' ? '' : ` --url ${urls.ctl}`;
      this.log(`Next: jobico deploy <package.yaml>${url}   Ctrl-C stops.`);
    }
  }
}
