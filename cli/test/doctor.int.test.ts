import { expect, inject, test } from 'vitest';
import { finish, temporaryFolder, up } from './support/process.ts';

interface Report {
  findings: { check: string; severity: string; message: string; fix?: string }[];
}

test(
  'doctor finds nothing wrong with a platform that runs, and what is when it is gone',
  { timeout: 240_000 },
  async () => {
    const platform = await up([], { JOBICO_NATS_SERVER: inject('natsServerBinary') });
    const env = { JOBICO_URL: platform.urls.ctl };
    const cwd = await temporaryFolder();
    const doctor = async (...args: string[]) => await finish(['doctor', ...args], env, { cwd });
    const [text, json] = await Promise.all([doctor(), doctor('--format', 'json')]);
    const { findings } = JSON.parse(json.stdout) as Report;
    expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect([text.exitCode, json.exitCode]).toEqual([0, 0]);
    expect(
      findings
        .map(({ check }) => check)
        .toSorted()
        .join(' '),
    ).toBe(
      'clocks configuration dead-letters definitions disk durability memory modules nats-version node open-files ' +
        'platform queues storage',
    );
    expect(text.stdout).toMatch(/✓ nats-version +nats-server \d+\.\d+\.\d+/);

    platform.child.kill('SIGTERM');
    await platform.ended;
    const [down, prometheus] = await Promise.all([
      doctor('--json', '-e:JOBICO_CTL_PORT=x'),
      doctor('--format', 'prometheus'),
    ]);
    expect([down.exitCode, prometheus.exitCode]).toEqual([1, 1]);
    const errors = (JSON.parse(down.stdout) as Report).findings.filter(({ severity }) => severity === 'error');
    expect(errors.map(({ check }) => check)).toEqual(['configuration', 'platform']);
    expect(errors.filter(({ fix }) => !fix)).toEqual([]);
    expect(prometheus.stdout).toContain('jobico_doctor_check{check="platform"} 0\n');
  },
);
