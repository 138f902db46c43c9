import type { Client } from '@jobico/client';
import { resolveConfig, type Config } from '@jobico/config';
import { asJobicoError, type JobicoError } from '@jobico/contract';
import { durabilityFinding } from './durability.ts';
import { finding, ok, SEVERITIES, type Finding } from './finding.ts';
import { machineFindings, thisMachine } from './machine.ts';
import { readSync } from './monitor.ts';
import { platformFindings } from './platform.ts';

export interface ExamineOptions {
  client: Client;
  environment: NodeJS.ProcessEnv;
  folder: string;
  /** Monitoring address of the nats-server. */
  monitor?: string | undefined;
}

/** Looks at this machine, and at the platform as far as it answers; the worst comes first. */
export async function examine({ client, environment, folder, monitor }: ExamineOptions): Promise<Finding[]> {
  const { config, findings } = configuration(environment, folder);
  findings.push(...machineFindings(thisMachine(config?.data ?? folder)), ...(await platform(client, monitor, config)));
  return findings.toSorted((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity));
}

function configuration(environment: NodeJS.ProcessEnv, folder: string): { config?: Config; findings: Finding[] } {
  try {
    const { config, appEnv } = resolveConfig({}, environment, folder);
    return { config, findings: [ok('configuration', `the settings of this folder are valid; APP_ENV is ${appEnv}`)] };
  } catch (error) {
    const { message, faults } = asJobicoError(error);
    const places = faults.map(({ path }) => path.slice(1)).join(', ');
    const what = places === '' ? message : `${message}: ${places}`;
    return { findings: [finding('error', 'configuration', what, 'jobico config show tells each with its line.')] };
  }
}

async function platform(client: Client, monitor: string | undefined, config?: Config): Promise<Finding[]> {
  const { findings: monitored, sync } = await synchronisation(monitor);
  try {
    const askedMs = Date.now();
    const diagnosis = await client.call('diagnosis.get', {});
    const answeredMs = Date.now();
    const { items: nodes } = await client.call('node.list', {});
    return [
      ok('platform', `the control plane answers at ${client.url}`),
      ...monitored,
      durabilityFinding({ ...diagnosis.nats, isDurable: diagnosis.nats.durability === 'durable', sync }),
      ...platformFindings({ diagnosis, nodes, askedMs, answeredMs }),
    ];
  } catch (error) {
    const isDurable = config?.durability === 'durable';
    return [
      unanswered(asJobicoError(error)),
      ...monitored,
      ...(sync ? [durabilityFinding({ replicas: 1, isDurable, sync })] : []),
    ];
  }
}

/** Why the platform could not be looked at: nobody is there, or we are not let in. */
function unanswered(error: JobicoError): Finding {
  const { code, message, hint } = error;
  if (code === 'unauthenticated' || code === 'denied') {
    const fix = 'This takes a token of an admin: --token, JOBICO_TOKEN, or jobico context add.';
    return finding('error', 'credentials', message, fix);
  }
  return finding('error', 'platform', message, hint ?? 'Is the platform running? Start it with jobico up.');
}

async function synchronisation(monitor: string | undefined) {
  if (monitor === undefined) return { findings: [] };
  try {
    return { findings: [], sync: await readSync(monitor) };
  } catch (error) {
    const { message, hint = '' } = asJobicoError(error);
    return { findings: [finding('error', 'nats-monitor', message, hint)] };
  }
}
