import { defineJob, PermanentError, type JobContext } from '@jobico/sdk';

const atBuild = { random: Math.random(), now: Date.now() };

const later = async <T>(value: T): Promise<T> => {
  await Promise.resolve();
  return value;
};

async function* oneTwoThree(): AsyncGenerator<number> {
  yield 1;
  yield await later(2);
  yield 3;
}

/** What the guest's engine and the SDK do inside a component, by name. */
const probes: Record<string, (context: JobContext) => unknown> = {
  time: () => [Date.now(), new Date().toISOString(), new Date() instanceof Date, performance.now()],
  'time at build': () => atBuild.now,
  'dates of their own': () => [new Date(5).getTime(), new Date(5).constructor === Date, Date.UTC(2020)],
  random: () => [Math.random(), Math.random()],
  'random at build': () => atBuild.random,
  async: async () => {
    let sum = 0;
    for await (const n of oneTwoThree()) sum += n;
    return sum + (await Promise.all([later(10), later(20)])).reduce((a, b) => a + b);
  },
  'async failure': async () => {
    await later(1);
    throw new PermanentError('in the end, no');
  },
  'never settles': () => new Promise(() => {}),
  'not waited for': () => {
    void later(1).then(() => {
      throw new Error('forgotten');
    });
    return 'returned';
  },
  error: () => {
    throw new TypeError('thrown on purpose');
  },
  'logged error': ({ log }) => log.error(new Error('only logged')),
  console: () => {
    console.warn('from the console', { a: 1 });
  },
  url: () => [new URL('../b?c=1', 'https://example.com/a/a').href, String(new URLSearchParams({ d: 'é' }))],
  utf8: () => [...new TextEncoder().encode('é'), new TextDecoder().decode(new Uint8Array([0xe2, 0x82, 0xac]))],
  config: ({ config }) => [config.get('currency'), config.get('absent') === undefined],
  kv: ({ kv }) => {
    const bucket = kv.bucket('counts');
    return [bucket.get('absent') === undefined, bucket.update<number>('n', (n = 0) => n + 1), bucket.keys('a')];
  },
  http: ({ http }) => http.fetch('https://api.example.com/', { json: { a: 'é' } }).json(),
  emit: ({ emit }) => emit('label', { a: 1 }, { key: 'k' }),
};

export const handler = defineJob<string>(({ data }, context) => probes[data]?.(context));
