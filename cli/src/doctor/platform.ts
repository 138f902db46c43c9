import { MODULES, type Diagnosis, type ModuleName, type Node, type QueueLag } from '@jobico/contract';
import { finding, ok, type Finding } from './finding.ts';

/** What a platform says of itself, and when it was asked. */
export interface PlatformFacts {
  diagnosis: Diagnosis;
  nodes: readonly Node[];
  /** Of this machine, in milliseconds since 1970: before the question and after the answer. */
  askedMs: number;
  answeredMs: number;
}

/** Below it, consumers cannot be reset: an ordered queue could not be taken over. */
const LEAST_NATS = [2, 14] as const;
const MOST_SKEW_MS = 1000;
const FULL = 0.95;
const NEARLY_FULL = 0.8;
/** A queue with events of which none was settled for so long is not merely busy. */
const STUCK_MS = 5 * 60_000;
const MOST_NAMED = 5;

export function platformFindings(facts: PlatformFacts): Finding[] {
  const { diagnosis, nodes } = facts;
  return [
    natsVersion(diagnosis.nats.version),
    storage(diagnosis.nats),
    clocks(facts),
    modules(nodes),
    definitions(diagnosis.definitionsRevision, nodes),
    ...queues(diagnosis),
    deadLetters(diagnosis.deadLetters),
  ];
}

function natsVersion(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [leastMajor, leastMinor] = LEAST_NATS;
  const isEnough = major > leastMajor || (major === leastMajor && minor >= leastMinor);
  if (isEnough) return ok('nats-version', `nats-server ${version}, with JetStream`);
  const fix = `Upgrade it to ${LEAST_NATS.join('.')} or newer.`;
  return finding('error', 'nats-version', `nats-server ${version} cannot hand ordered queues over`, fix);
}

function storage({ storedBytes, maxBytes }: Diagnosis['nats']): Finding {
  const mib = (bytes: number) => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
  if (maxBytes === undefined) return ok('storage', `JetStream holds ${mib(storedBytes)}, and has no limit of its own`);
  const message = `JetStream holds ${mib(storedBytes)} of ${mib(maxBytes)}`;
  const fix = 'Raise max_file_store, or shorten what queues keep: queues[].retention.';
  if (storedBytes > maxBytes * FULL) return finding('error', 'storage', message, fix);
  if (storedBytes > maxBytes * NEARLY_FULL) return finding('warning', 'storage', message, fix);
  return ok('storage', message);
}

/** How far two clocks are apart at least, when one was read somewhere between two moments of the other. */
function clocks({ diagnosis, askedMs, answeredMs }: PlatformFacts): Finding {
  const apart = (time: string) => Math.max(askedMs - Date.parse(time), Date.parse(time) - answeredMs, 0);
  const skewMs = Math.max(apart(diagnosis.time), apart(diagnosis.nats.time));
  if (skewMs <= MOST_SKEW_MS) return ok('clocks', 'the clocks of this machine, ctl and NATS agree');
  const message = `clocks are ${(skewMs / 1000).toFixed(1)} s apart: here, ctl ${diagnosis.time}, NATS ${diagnosis.nats.time}`;
  return finding('warning', 'clocks', message, 'Let all machines follow one time server (chrony, systemd-timesyncd).');
}

const MISSING: Record<ModuleName, string> = {
  listener: 'takes events over HTTP',
  executor: 'runs events',
  ctl: 'answers the command line',
};

function modules(nodes: readonly Node[]): Finding {
  const missing = MODULES.filter((name) => !nodes.some(({ module }) => module === name));
  if (missing.length === 0) return ok('modules', `${nodes.length} modules run, each of ${MODULES.join(', ')}`);
  const message = missing.map((name) => `no ${name} runs: nobody ${MISSING[name]}`).join('; ');
  const severity = missing.includes('executor') ? 'error' : 'warning';
  return finding(severity, 'modules', message, `Start one: jobico up --modules ${missing.join(',')} --nats-url <url>`);
}

function definitions(stored: number, nodes: readonly Node[]): Finding {
  const behind = nodes.filter(({ definitionsRevision }) => definitionsRevision < stored);
  if (behind.length === 0) return ok('definitions', `every module has applied revision ${stored}`);
  const names = behind.map(({ module, host, pid, definitionsRevision: at }) => `${module} ${host}/${pid} (${at})`);
  const message = `revision ${stored} is stored, and not applied by ${list(names)}`;
  return finding(
    'error',
    'definitions',
    message,
    'Look at /health and the log of that module; starting it again reads them anew.',
  );
}

function queues({ queues: count, lags }: Diagnosis): Finding[] {
  const nameOf = ({ tenant, queue, waiting, delivered }: QueueLag) => `${tenant}/${queue} (${waiting + delivered})`;
  const unpinned = lags.filter(({ isOrdered, isPinned }) => isOrdered && !isPinned);
  const isStuck = ({ settledAgoMs }: QueueLag) => settledAgoMs !== undefined && settledAgoMs > STUCK_MS;
  const stuck = lags.filter((lag) => !unpinned.includes(lag) && isStuck(lag));
  const findings: Finding[] = [];
  if (unpinned.length > 0) {
    const message = `nobody has ${unpinned.length} ordered queues with events: ${list(unpinned.map(nameOf))}`;
    findings.push(
      finding('error', 'queues', message, 'An executor takes them within seconds; is one running, and well?'),
    );
  }
  if (stuck.length > 0) {
    const message = `no event was settled for five minutes in ${list(stuck.map(nameOf))}`;
    const fix = 'See what its jobs do: jobico recorder --tenant <tenant>. A strict queue waits for its first event.';
    findings.push(finding('warning', 'queues', message, fix));
  }
  if (findings.length > 0) return findings;
  const sum = lags.reduce((total, { waiting, delivered }) => total + waiting + delivered, 0);
  return [ok('queues', `${count} queues, ${sum} events not settled`)];
}

function deadLetters(count: number): Finding {
  if (count === 0) return ok('dead-letters', 'there is no dead letter');
  return finding('info', 'dead-letters', `${count} dead letters are kept`, 'jobico deadletter list --tenant <tenant>');
}

function list(names: readonly string[]): string {
  const more = names.length - MOST_NAMED;
  return more > 0 ? `${names.slice(0, MOST_NAMED).join(', ')} and ${more} more` : names.join(', ');
}
