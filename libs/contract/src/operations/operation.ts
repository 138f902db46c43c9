import { Type, type Static, type TObject, type TSchema } from 'typebox';
import type { Role } from '../access.ts';
import { ID_PATTERN } from '../ids.ts';

/**
 * One row of the operation table. It gives the HTTP route and its OpenAPI, the NATS service endpoint
 * (`jobico.ctl.<name>`), the typed client's method and the shape that the CLI prints with `--json`.
 */
export interface Operation<I extends TObject = TObject, O extends TSchema = TSchema> {
  summary: string;
  /** Who may call: this role in the tenant that the input names, or one that includes it. */
  role: Role;
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** `{name}` takes the input's field of that name; the other fields are the query of a GET or DELETE, else the JSON body. */
  path: string;
  input: I;
  /** The answer; of a stream, each of its items. */
  output: O;
  /** Answers with server-sent events over HTTP and with a sequence of messages over NATS. */
  isStream?: true;
  /** Its input holds a secret: no error says what stood there. */
  isSensitive?: true;
  /** Bytes that a request may have, where it is not the usual 1 MiB. */
  bodyLimit?: number;
}

export function operation<I extends TObject, O extends TSchema>(row: Operation<I, O>): Operation<I, O> {
  return row;
}

/** A row of the table that answers with a stream; its type says so. */
export function streamOperation<I extends TObject, O extends TSchema>(
  row: Operation<I, O>,
): Operation<I, O> & { isStream: true } {
  return { ...row, isStream: true };
}

/** A page of a list: `next`, if there is one, asks for the page after it as `after`. */
export function page<T extends TSchema>(item: T) {
  return Type.Object({ items: Type.Array(item), next: Type.Optional(Type.String()) });
}

export const closed = { additionalProperties: false } as const;
export const idFilter = (description: string) => Type.Optional(Type.String({ pattern: ID_PATTERN, description }));
export const tenant = Type.String({ pattern: ID_PATTERN, description: 'The tenant.' });
export const limit = Type.Optional(
  Type.Integer({ minimum: 1, maximum: 1000, default: 50, description: 'Items of a page.' }),
);
export const after = Type.Optional(Type.String({ maxLength: 200, description: 'The `next` of the page before.' }));

export type Input<R extends Operation> = Static<R['input']>;
export type Output<R extends Operation> = Static<R['output']>;
