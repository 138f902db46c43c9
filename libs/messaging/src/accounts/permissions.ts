import type { ModuleName } from '@jobico/contract';
import type { Permissions } from '@nats-io/jwt';
import { DEFINITIONS, FILES, TENANT_LIMITS, TENANTS, TOKENS } from '../subjects.ts';

/** What only ctl writes: what is deployed, who may do what, and what tenants have uploaded. */
const DEFINED = [DEFINITIONS, TENANTS, TENANT_LIMITS, TOKENS, 'secrets', 'schedules'].map(
  (bucket) => `$KV.${bucket}.>`,
);
const OF_CTL = [
  ...DEFINED,
  `$O.${FILES}.>`,
  '$JS.API.STREAM.DELETE.>',
  'jobico.ctl.>',
  'jobico.schedule.>',
  'jobico.fired.>',
];
/** What only executors write, beside ctl. */
const OF_EXECUTORS = [
  'jobico.execution.>',
  'jobico.inputs.>',
  'jobico.log.>',
  'jobico.deadletter.>',
  'jobico.parked.>',
];

/** What each module may not publish in the account of the platform. Nobody but the platform is in it. */
export const MODULE_PERMISSIONS: Readonly<Record<ModuleName, Partial<Permissions>>> = {
  listener: { pub: { deny: [...OF_CTL, ...OF_EXECUTORS, '$JS.API.STREAM.PURGE.>'] } },
  executor: { pub: { deny: OF_CTL } },
  ctl: {},
};

/** What a tenant's own credentials may do in the tenant's own account. Nothing that is not named. */
export const TENANT_PERMISSIONS: Readonly<Record<'producer' | 'viewer', (tenant: string) => Partial<Permissions>>> = {
  // The inbox is for the answer that an event is stored.
  producer: (tenant) => ({ pub: { allow: [`jobico.event.${tenant}.>`] }, sub: { allow: ['_INBOX.>'] } }),
  viewer: (tenant) => ({ pub: { deny: ['>'] }, sub: { allow: [`jobico.execution.${tenant}.>`] } }),
};
