// Is what is promised kept while processes die? A load, a platform of separate processes, faults at random, and a checker
// that reads everything afterwards. See docs/guides/guarantees.md.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { checkAfterwards } from './afterwards.ts';
import { check } from './check/check.ts';
import type { Violation } from './check/evidence.ts';
import { readEvidence } from './check/read-evidence.ts';
import { runFaults } from './faults.ts';
import { createHistory } from './history.ts';
import { cancelSome } from './load/cancel-some.ts';
import { runLoad, type LoadResult } from './load/run-load.ts';
import { argumentsOf, readOptions, USAGE, type ChaosOptions } from './options.ts';
import { deployPackage, layOutPackage, TENANT } from './package/deploy.ts';
import { untilQuiet } from './platform/quiet.ts';
import { startChaosPlatform, type ChaosPlatform } from './platform/start-platform.ts';
import { createRandom } from './random.ts';
import { summaryOf } from './report.ts';

interface Run {
  options: ChaosOptions;
  folder: string;
  note: (what: string) => void;
  signal: AbortSignal;
}

/** Answers whether everything that is promised was kept. */
async function chaos(options: ChaosOptions, signal: AbortSignal): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), 'jobico-chaos-'));
  const { note } = createHistory(folder, (line) => console.error(line));
  note(`seed ${options.seed}; everything is kept in ${folder}`);
  const violations = await play({ options, folder, note, signal });
  if (violations.length === 0 && !options.isKept) await rm(folder, { recursive: true, force: true });
  else console.log(`\nhistory, logs and streams: ${folder}\nagain: npm run chaos -- ${argumentsOf(options)}`);
  return violations.length === 0;
}

async function play(run: Run): Promise<Violation[]> {
  const { folder, note } = run;
  await using platform = await startChaosPlatform(folder, note);
  const packageFile = await layOutPackage(folder, run.options.partitions);
  await deployPackage(platform.ctl.module.url, packageFile);
  const nc = await connect({
    servers: platform.nats.url,
    name: 'chaos',
    maxReconnectAttempts: -1,
    reconnectTimeWait: 100,
  });
  try {
    await shortenDuplicateWindows(nc);
    note('the platform runs, the load begins');
    const { load, disturbances } = await breakUnderLoad(run, platform, nc);
    note(`the load has ended after ${disturbances} faults, waiting until everything is settled`);
    const left = await untilQuiet(nc);
    note('settled, trying whether everything still works');
    const afterwards = await checkAfterwards(platform, nc, packageFile, load.sent.length + 1);
    const leftAfterwards = left ?? (await untilQuiet(nc));
    const evidence = {
      ...(await readEvidence(nc)),
      sent: [...load.sent, ...afterwards.sent],
      disturbances,
      cancels: load.cancels,
    };
    const violations = [
      ...check(evidence),
      ...afterwards.violations,
      ...platform.faults().map((what) => ({ rule: 'a process ends only when it is killed', what, records: [] })),
      ...unclearAnswers(load.answers),
      ...(leftAfterwards ? [neverSettled(leftAfterwards)] : []),
    ];
    const summary = summaryOf(evidence, load.answers, violations);
    console.log(`\n${summary}`);
    await writeFile(join(folder, 'summary.txt'), `${summary}\n`);
    await writeFile(join(folder, 'violations.json'), JSON.stringify(violations, null, 1));
    await writeFile(join(folder, 'sent.json'), JSON.stringify(evidence.sent));
    return violations;
  } finally {
    await nc.close();
  }
}

async function breakUnderLoad({ options, note, signal }: Run, platform: ChaosPlatform, nc: NatsConnection) {
  const { seed, events, rate, kills } = options;
  const url = platform.listener.module.url;
  const cancelling = cancelSome({ url: platform.ctl.module.url, random: createRandom(seed + 2) });
  const load = { events, rate, random: createRandom(seed), url, nc, cancelling };
  const loading = runLoad(load, () => signal.throwIfAborted());
  const scene = { platform, random: createRandom(seed + 1), note };
  const [result, disturbances] = await Promise.all([loading, runFaults(scene, kills, (events / rate) * 1000, signal)]);
  return { load: result, disturbances };
}

/**
 * What the platform writes must not need JetStream's duplicate window, which an outage outlasts: here it is one second.
 * The queue that the load goes to keeps its own; there it is the callers' promise.
 */
async function shortenDuplicateWindows(nc: NatsConnection): Promise<void> {
  const jsm = await jetstreamManager(nc);
  for (const stream of ['EXECUTIONS', 'DEADLETTERS', 'PARKED', `QUEUE_${TENANT}_strict`, `QUEUE_${TENANT}_loose`]) {
    await jsm.streams.update(stream, { duplicate_window: 1_000_000_000 });
  }
}

const CLEAR_ANSWERS = ['HTTP 202', 'HTTP 503', 'PubAck', 'no PubAck', 'no answer: connection lost', 'no answer: late'];

function unclearAnswers(answers: LoadResult['answers']): Violation[] {
  const unclear = [...answers].filter(([answer]) => !CLEAR_ANSWERS.includes(answer));
  return unclear.map(([answer, times]) => ({
    rule: 'an event is accepted, or its caller may try again',
    what: `${times} × ${answer}`,
    records: [],
  }));
}

function neverSettled(left: Record<string, number>): Violation {
  const what = Object.entries(left)
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${name}: ${count}`);
  return { rule: 'everything settles once all is whole again', what: what.join('; '), records: [left] };
}

/** Everything that was started ends with the signal, then the process does. */
function stopSignal(): AbortSignal {
  const stopping = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => stopping.abort(new Error(`stopped by ${name}`)));
  }
  return stopping.signal;
}

try {
  const options = readOptions(process.argv.slice(2));
  if (options === 'help') console.log(USAGE);
  else process.exitCode = (await chaos(options, stopSignal())) ? 0 : 1;
} catch (error) {
  process.exitCode = 1;
  console.error(error instanceof TypeError ? `${error.message}\n${USAGE}` : error);
}
