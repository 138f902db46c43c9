import type { LoadedComponent } from '@jobico/component';
import { createRedactor, type Redactor } from '@jobico/executor/host';
import type { LocalRun } from './run-event.ts';

type Config = LoadedComponent['config'];

/** What `config.get` answers for secrets: those that are granted and have no value here fail who asks, and say why. */
export function secretConfig(
  granted: readonly string[],
  values: Readonly<Record<string, string>>,
  flag: string,
): Config {
  const absent = granted.map((name): [string, Config[string]] => [
    name,
    { absent: `secret ${name} has no value on this machine: ${flag}${name}=VALUE` },
  ]);
  return { ...Object.fromEntries(absent), ...values };
}

/** A run as a record would have it: without the secrets that the job was given. */
export function withoutSecrets(run: LocalRun, values: Readonly<Record<string, string>>): LocalRun {
  const redactor = createRedactor(new Map(Object.entries(values)));
  if (redactor === undefined) return run;
  const { result, error, logs, raised, calls } = run;
  return {
    ...run,
    ...(result !== undefined && { result: redactor.value(result) }),
    ...(error && { error: { ...error, message: redactor.text(error.message) } }),
    logs: logs.map((line) => ({ ...line, message: redactor.text(line.message) })),
    raised: redacted(redactor, raised),
    calls: redacted(redactor, calls),
  };
}

/** A redactor leaves the shape of a value as it is. */
const redacted = <T>(redactor: Redactor, value: T): T => redactor.value(value) as T;
