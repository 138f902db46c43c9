// `npm start`: the whole platform in one process, the example packages deployed, real events in, their outcomes shown.
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { createClient, type Client } from '@jobico/client';
import { JobicoError } from '@jobico/contract';
import { createLogger } from '@jobico/telemetry';
import { deployFile, executionLines, runUntilStopped, startPlatform, tell, type Platform } from 'jobico';
import { buildExamples, packageFiles, type ExampleStep } from './build-examples.ts';
import { trackOutcomes, type OutcomeTracker } from './demo/outcomes.ts';
import { readSampleEvents, sendEvents } from './demo/send-events.ts';
import { bold, dim, step } from './demo/steps.ts';

const TENANT = 'acme';
const QUIET_LIMIT_MS = 60_000;

const root = join(import.meta.dirname, '..');

const HELP = `npm start -- [--exit] [--data FOLDER] [--listener-port N] [--ctl-port N] [--nats-port N]

Starts Jobico with the example packages, sends their sample events and shows what comes of them.
  --exit            stop when every event has its outcome: exit code 0, or 1 if one has none
  --data            default .jobico in this folder; kept for the next start
  --listener-port   default 8080; 0 takes a free one
  --ctl-port        default 8090
  --nats-port       default 4222`;

const OPTIONS = {
  exit: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
  data: { type: 'string', default: join(root, '.jobico') },
  'listener-port': { type: 'string', default: '8080' },
  'ctl-port': { type: 'string', default: '8090' },
  'nats-port': { type: 'string', default: '4222' },
} as const;

interface Settings {
  isOnce: boolean;
  data: string;
  ports: { listenerPort: number; ctlPort: number; natsPort: number };
}

function readSettings(): Settings | undefined {
  let values;
  try {
    ({ values } = parseArgs({ options: OPTIONS }));
  } catch (cause) {
    throw new JobicoError('usage', (cause as Error).message, { hint: 'npm start -- --help lists the options.', cause });
  }
  if (values.help) return undefined;
  const port = (name: 'listener-port' | 'ctl-port' | 'nats-port') => {
    const number = Number(values[name]);
    if (Number.isInteger(number) && number >= 0 && number <= 65_535) return number;
    throw new JobicoError('usage', `--${name} is not a port: ${values[name]}`);
  };
  const ports = { listenerPort: port('listener-port'), ctlPort: port('ctl-port'), natsPort: port('nats-port') };
  return { isOnce: values.exit, data: values.data, ports };
}

const describeComponent = ({ example, job, sizeBytes, durationMs }: ExampleStep) =>
  `${example}/${job}  ${(sizeBytes / 1e6).toFixed(1)} MB  ${(durationMs / 1000).toFixed(1)} s`;

async function start({ data, ports }: Settings): Promise<Platform> {
  const log = createLogger({ file: join(data, 'jobico.log') });
  return await step('nats-server, listener, executor and ctl started', (say) =>
    startPlatform({ data, log, onStep: say, ...ports }),
  );
}

async function deployAll(client: Client, packages: readonly string[]): Promise<void> {
  for (const file of packages) {
    await step(`deployed ${relative(root, file)}`, () =>
      deployFile({ client, tenant: undefined, progress: () => undefined }, file),
    );
  }
}

/** Sends every sample event, and shows executions until each event has its outcome; false if one has none. */
async function runSamples(client: Client, listener: string, packages: readonly string[]): Promise<boolean> {
  const tracker = trackOutcomes();
  const stop = new AbortController();
  const connected = Promise.withResolvers<void>();
  const watching = showExecutions(client, tracker, stop.signal, () => connected.resolve());
  await Promise.race([connected.promise, watching]);
  for (const file of packages) {
    for (const sample of await readSampleEvents(join(file, '..', 'events'), TENANT)) {
      console.log(dim(`→ POST ${listener}/events/${TENANT}/${sample.event}  ${sample.data.length} event(s)`));
      tracker.expect(await sendEvents(listener, sample));
    }
  }
  while (tracker.waiting.length > 0 && tracker.quietMs < QUIET_LIMIT_MS)
    await new Promise((resolve) => setTimeout(resolve, 50));
  stop.abort();
  await watching;
  return summarise(tracker);
}

async function showExecutions(
  client: Client,
  tracker: OutcomeTracker,
  signal: AbortSignal,
  onConnected: () => void,
): Promise<void> {
  for await (const execution of client.watch('execution.watch', { tenant: TENANT }, signal, onConnected)) {
    tracker.observe(execution);
    for (const line of executionLines(execution)) console.log(line);
  }
}

function summarise({ waiting, counts }: OutcomeTracker): boolean {
  const words = {
    ok: 'ok',
    retry: 'tried again',
    failed: 'took the error route',
    dead: 'kept as dead letter',
  } as const;
  const parts = Object.entries(words).map(([status, word]) => `${counts.get(status) ?? 0} ${word}`);
  console.log(bold(`\nExecutions: ${parts.join(', ')}.`));
  if (waiting.length === 0) console.log('Every event has reached its outcome.');
  else console.log(`${waiting.length} events have reached no outcome: ${waiting.slice(0, 5).join(', ')}`);
  return waiting.length === 0;
}

function sayWhatNext({ listener = '', ctl = '', nats }: Platform['urls'], data: string): void {
  const flag = (isDefault: boolean, text: string) => (isDefault ? '' : text);
  const url = flag(ctl === 'http://127.0.0.1:8090', ` --url ${ctl}`);
  const server = flag(nats.endsWith(':4222'), ` -s ${nats}`);
  const order =
    '{"id":"o-1","customer":{"id":"c-7","name":"Ada","email":"ada@example.com"},"currency":"EUR","items":[{"sku":"tea","quantity":2,"unitPriceCents":450}]}';
  console.log(`
${bold('Jobico is up.')} Try, in another terminal of this folder:

  curl -s ${listener}/events/${TENANT}/order-placed -H 'content-type: application/json' -d '{"data":[${order}]}'
  npx jobico recorder --lines 10 --follow${url}
  npx jobico deadletter list${url}
  nats${server} pub jobico.event.${TENANT}.order-placed '${order}'

Control plane: ${ctl}  (${ctl}/openapi.json)    Logs: ${join(relative(process.cwd(), data) || '.', 'jobico.log')}
Ctrl-C stops; what is stored stays for the next start.`);
}

async function main(): Promise<void> {
  const settings = readSettings();
  if (!settings) {
    console.log(HELP);
    return;
  }
  const packages = packageFiles();
  await step('example jobs built to WebAssembly components', (say) =>
    buildExamples({ onStep: (built) => built.isBuilt && say(describeComponent(built)) }),
  );
  await using platform = await start(settings);
  const { listener = '', ctl = '' } = platform.urls;
  const client = createClient({ url: ctl });
  await deployAll(client, packages);
  // From here on a signal, or the end of nats-server, stops the platform in order.
  const lifetime = runUntilStopped(platform, () => console.log('\nstopping …')).then(() => 'stopped' as const);
  const outcome = await Promise.race([runSamples(client, listener, packages), lifetime]);
  if (outcome === 'stopped') return;
  if (settings.isOnce) {
    process.exitCode = outcome ? 0 : 1;
    return;
  }
  sayWhatNext(platform.urls, settings.data);
  await lifetime;
}

try {
  await main();
} catch (error) {
  process.exitCode = tell(error, { isJson: false, isDebug: false });
}
