import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import type { TSchema } from 'typebox';
import { JobicoError, type Fault } from '../errors.ts';
import { faultsOf } from '../faults.ts';
import type { Operation } from './operation.ts';
import { operations, type OperationInput, type OperationName, type OperationOutput } from './table.ts';

type Check = (value: unknown) => ReturnType<typeof faultsOf>;

// Stops at the first fault: a hostile body must not make a long list of them.
const OPTIONS = { allErrors: false, verbose: true, strict: false, useDefaults: true } as const;

function compile(schema: TSchema): Check {
  const ajv = new Ajv2020(OPTIONS);
  formats.default(ajv);
  const check = ajv.compile(schema);
  return (value) => (check(value) ? [] : faultsOf(check.errors ?? []));
}

/** Compiles a schema when it is first used, once. */
function lazily(part: 'input' | 'output') {
  const compiled = new Map<OperationName, Check>();
  return (name: OperationName): Check => {
    const known = compiled.get(name) ?? compile(operations[name][part]);
    compiled.set(name, known);
    return known;
  };
}

export interface OperationChecks {
  /**
   * The value as the operation's input, its defaults filled in (in place). Throws `invalid` with a fault that names
   * the field; `bad-request` where the field is not one of the body's.
   */
  input<N extends OperationName>(name: N, value: unknown): OperationInput<N>;
  /** The value as the operation's output (a stream's: one item); throws `internal`. For tests. */
  output<N extends OperationName>(name: N, value: unknown): OperationOutput<N>;
}

/** Checks of what goes into and comes out of operations, the same for every transport. */
export function createOperationChecks(): OperationChecks {
  const inputs = lazily('input');
  const outputs = lazily('output');
  return {
    input: <N extends OperationName>(name: N, value: unknown) => {
      const faults = shownFaults(name, inputs(name)(value));
      const [first] = faults;
      if (first === undefined) return value as OperationInput<N>;
      const code = isInBody(name, first.path) ? 'invalid' : 'bad-request';
      throw new JobicoError(code, `${name}: ${first.path.slice(1) || 'the input'} ${first.message}`, { faults });
    },
    output: <N extends OperationName>(name: N, value: unknown) => {
      const faults = outputs(name)(value);
      if (faults.length === 0) return value as OperationOutput<N>;
      throw new JobicoError('internal', `${name} answered with what is not its output`, { faults });
    },
  };
}

/** What stands in the wrong place of an operation that takes a secret may be the secret. */
function shownFaults(name: OperationName, faults: Fault[]): Fault[] {
  const row: Operation = operations[name];
  return row.isSensitive ? faults.map(({ value: _value, ...fault }) => fault) : faults;
}

function isInBody(name: OperationName, path: string): boolean {
  const { method, path: route } = operations[name];
  return (method === 'POST' || method === 'PUT') && !route.includes(`{${path.split('/')[1]}}`);
}
