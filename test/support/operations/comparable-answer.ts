import { parseExactJson, type OperationName } from '@jobico/contract';
import type { Stand } from './stand.ts';

/** They tell of every tenant. */
const LISTS_OF_ALL: readonly OperationName[] = ['tenant.list', 'node.list', 'secret.rotate', 'diagnosis.get'];

const UNLIKE: Readonly<Record<string, unknown>> = { nodes: 'NODES', waitedMs: 0 };

/** What is the same however it is asked for: not the tenant's name and ids, nor times, nor what other tests do meanwhile. */
export function comparableAnswer(name: OperationName, value: unknown, { tenant, execution, letters }: Stand): unknown {
  if (LISTS_OF_ALL.includes(name)) return Object.keys(value as object);
  let text = JSON.stringify(value, (field, each: unknown) => UNLIKE[field] ?? each)
    .replaceAll(tenant, 'TENANT')
    .replaceAll(execution, 'EXECUTION')
    .replaceAll(/(?!0193c3f2)[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'UUID')
    .replaceAll(/jbc_[\w-]+/g, 'TOKEN')
    .replaceAll(/"id":"[0-9a-f]{12}"/g, '"id":"TOKEN"')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME');
  const before = name.startsWith('deadletter.')
    ? '"id":"|"next":"|"deadLetter":"|:redrive:'
    : '"deadLetter":"|:redrive:';
  for (const [index, letter] of letters.entries()) {
    text = text.replaceAll(new RegExp(`(${before})${letter}"`, 'g'), `$1LETTER ${index}"`);
  }
  return parseExactJson(text, Infinity);
}
