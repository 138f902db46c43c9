import { Type, type Static } from 'typebox';
import { closed, operation, page } from './operation.ts';

export const MODULES = ['listener', 'executor', 'ctl'] as const;
export type ModuleName = (typeof MODULES)[number];

/** A running module, as it reports itself to the bucket `nodes`. */
export const Node = Type.Object({
  id: Type.String(),
  module: Type.Enum([...MODULES]),
  version: Type.String(),
  host: Type.String(),
  pid: Type.Integer(),
  startedAt: Type.String(),
  url: Type.Optional(Type.String()),
  /** Revision of the definitions bucket that the node has applied. */
  definitionsRevision: Type.Integer(),
  /** Of an executor: up to that revision of the definitions, nothing runs any more that they say is paused. */
  restRevision: Type.Optional(Type.Integer()),
  /** Of an executor: ordered queues that it has, and events that are delivered to it and not settled. */
  load: Type.Optional(Type.Object({ queues: Type.Integer(), inFlight: Type.Integer() })),
});

export type Node = Static<typeof Node>;

export const platformOperations = {
  'node.list': operation({
    summary: 'Lists the running modules',
    role: 'admin',
    method: 'GET',
    path: '/v1/nodes',
    input: Type.Object({}, closed),
    output: page(Node),
  }),
};
