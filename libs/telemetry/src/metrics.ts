import { METRICS, type MetricName, type MetricSpec } from './metrics-table.ts';

export type Labels = Readonly<Record<string, string>>;

/** Whoever counts keeps its counter: an event costs one addition, and no look-up. */
export interface Counter {
  value: number;
}

export interface Histogram {
  observe(milliseconds: number): void;
}

export interface Sample {
  labels?: Labels;
  value: number;
}

/** Read when somebody asks for the metrics. */
export type Reader = () => number | readonly Sample[] | Promise<number | readonly Sample[]>;

/** What a module counts and measures. */
export interface Metrics {
  /** The same one for the same labels. */
  counter(name: MetricName, labels?: Labels): Counter;
  histogram(name: MetricName): Histogram;
  /** What fails to be read is left out. */
  read(name: MetricName, reader: Reader): void;
  /** All of it in the text format of Prometheus; who asks meanwhile gets the same. */
  text(): Promise<string>;
}

export const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** Upper bounds in milliseconds. */
const BUCKETS_MS = [1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000, 60_000];

export function createMetrics(): Metrics {
  const counters = new Map<MetricName, Map<string, Counter & { labels: Labels }>>();
  const histograms = new Map<MetricName, CountedTimes>();
  const readers = new Map<MetricName, Reader>();
  let writing: Promise<string> | undefined;

  const samplesOf = async (name: MetricName): Promise<readonly Sample[]> => {
    const counted = counters.get(name);
    if (counted) return [...counted.values()];
    try {
      const read = await readers.get(name)?.();
      return typeof read === 'number' ? [{ value: read }] : (read ?? []);
    } catch {
      return [];
    }
  };
  const write = async (): Promise<string> => {
    const names = Object.keys(METRICS) as MetricName[];
    const parts = names.map(async (name) => {
      const times = histograms.get(name);
      if (times) return times.lines(name);
      return (await samplesOf(name)).map((sample) => line(name, sample));
    });
    const all = await Promise.all(parts);
    return names.flatMap((name, i) => (all[i]?.length ? [...head(name), ...all[i]] : [])).join('\n') + '\n';
  };
  return {
    counter(name, labels = {}) {
      const ofName = madeOnce(counters, name, () => new Map<string, Counter & { labels: Labels }>());
      return madeOnce(ofName, JSON.stringify(labels), () => ({ value: 0, labels }));
    },
    histogram: (name) => madeOnce(histograms, name, () => new CountedTimes()),
    read: (name, reader) => void readers.set(name, reader),
    text: () =>
      (writing ??= write().finally(() => {
        writing = undefined;
      })),
  };
}

function madeOnce<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const value = map.get(key) ?? make();
  map.set(key, value);
  return value;
}

class CountedTimes implements Histogram {
  readonly #counts = new Float64Array(BUCKETS_MS.length + 1);
  #sum = 0;

  observe(milliseconds: number): void {
    let index = 0;
    while (index < BUCKETS_MS.length && milliseconds > (BUCKETS_MS[index] ?? Infinity)) index += 1;
    this.#counts[index] = (this.#counts[index] ?? 0) + 1;
    this.#sum += milliseconds;
  }

  lines(name: MetricName): string[] {
    let total = 0;
    const buckets = Array.from(this.#counts, (count, i) => {
      total += count;
      const bound = BUCKETS_MS[i];
      return line(`${name}_bucket`, {
        labels: { le: bound === undefined ? '+Inf' : String(bound / 1000) },
        value: total,
      });
    });
    return [...buckets, line(`${name}_sum`, { value: this.#sum / 1000 }), line(`${name}_count`, { value: total })];
  }
}

function head(name: MetricName): string[] {
  const { help, type }: MetricSpec = METRICS[name];
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`];
}

function line(name: string, { labels = {}, value }: Sample): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`);
  return `${name}${pairs.length > 0 ? `{${pairs.join(',')}}` : ''} ${value}`;
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
