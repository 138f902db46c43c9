import { Flags } from '@oclif/core';
import type { Finding } from '../doctor/finding.ts';
import { PlatformCommand } from '../platform-command.ts';

export default class Doctor extends PlatformCommand {
  static override summary = 'Look for what is wrong, or soon will be, on this machine and in the platform.';
  static override description = `Each finding comes with what to do. The exit code is 1 where one of them is an error, else 0.
It works while the platform is down, too: it says then what does not answer.`;
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --monitor http://127.0.0.1:8222',
    '<%= config.bin %> <%= command.id %> --format prometheus > /var/lib/node_exporter/jobico.prom',
  ];
  static override flags = {
    format: Flags.option({
      options: ['text', 'json', 'prometheus'] as const,
      default: 'text' as const,
      description: 'How it is told; json is the same as --json.',
    })(),
    monitor: Flags.string({ description: 'Monitoring address of nats-server: tells how safely it stores.' }),
  };

  async run(): Promise<{ findings: Finding[] }> {
    const { flags } = await this.parse(Doctor);
    const { examine } = await import('../doctor/examine.ts');
    const { countOf, prometheusReport, textReport } = await import('../doctor/report.ts');
    const client = await this.client(flags);
    const { monitor, format } = flags;
    const findings = await examine({ client, environment: process.env, folder: process.cwd(), monitor });
    if (countOf(findings, 'error') > 0) process.exitCode = 1;
    if (format === 'text') this.log(textReport(findings));
    else if (format === 'prometheus') this.log(prometheusReport(findings));
    else if (!this.jsonEnabled()) this.logJson({ findings });
    return { findings };
  }
}
