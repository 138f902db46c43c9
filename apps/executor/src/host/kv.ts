import type { HostAnswer, HostRequest } from '@jobico/component';
import { JobicoError, type GrantDefinition } from '@jobico/contract';
import type { TenantKv, WriteCondition } from '@jobico/messaging';

type AnswerValue = Extract<HostAnswer, { ok: true }>['value'];

export type KvRequest = Extract<HostRequest, { kind: `kv.${string}` }>;

/** What a job may do with a tenant's buckets. */
export type JobKv = Omit<TenantKv, 'list'>;

/** Answers a job's call of `kv`: only buckets that the package grants, and writes only where it grants them. */
export async function callKv(
  request: KvRequest,
  grant: GrantDefinition,
  kv: () => Promise<JobKv>,
): Promise<HostAnswer> {
  const { bucket } = request.args;
  const granted = grant.kv?.find((each) => each.bucket === bucket);
  const isWrite = request.kind === 'kv.set' || request.kind === 'kv.delete';
  if (!granted) return refuse('denied', `bucket ${bucket} is not granted`);
  if (isWrite && granted.access !== 'write') return refuse('denied', `bucket ${bucket} is granted for reading only`);
  try {
    return { ok: true, value: await perform(request, await kv()) };
  } catch (error) {
    return answerOf(error);
  }
}

async function perform({ kind, args }: KvRequest, kv: JobKv): Promise<AnswerValue> {
  switch (kind) {
    case 'kv.get':
      return await kv.get(args.bucket, args.key);
    case 'kv.set':
      return await kv.set(args.bucket, args.key, args.value, conditionOf(args.when));
    case 'kv.delete':
      await kv.delete(args.bucket, args.key);
      return undefined;
    case 'kv.keys':
      return await kv.keys(args.bucket, args.prefix);
  }
}

function conditionOf(when: Extract<KvRequest, { kind: 'kv.set' }>['args']['when']): WriteCondition {
  switch (when.tag) {
    case 'always':
      return { kind: 'always' };
    case 'if-absent':
      return { kind: 'absent' };
    case 'if-revision':
      return { kind: 'revision', revision: when.val };
  }
}

function answerOf(error: unknown): HostAnswer {
  const { code, message, details } =
    error instanceof JobicoError
      ? error
      : new JobicoError('unavailable', 'the key-value store did not answer', { cause: error });
  switch (code) {
    case 'conflict':
      return { ok: false, error: { tag: 'conflict', val: (details as { revision?: string } | undefined)?.revision } };
    case 'too-large':
    case 'limit-exceeded':
      return refuse('too-large', message);
    case 'bad-request':
      return refuse('denied', message);
    default:
      return refuse('unavailable', message);
  }
}

function refuse(tag: string, val: string): HostAnswer {
  return { ok: false, error: { tag, val } };
}
