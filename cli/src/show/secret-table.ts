import type { OperationOutput } from '@jobico/contract';
import { table } from '../output/table.ts';

export function secretTable(tenant: string, secrets: OperationOutput<'secret.list'>['items']): string {
  if (secrets.length === 0) return `No secret is set for tenant ${tenant}.`;
  return table(secrets, [
    { header: 'SECRET', value: ({ name }) => name },
    { header: 'VERSION', value: ({ version }) => version, align: 'right' },
    { header: 'SET', value: ({ setAt }) => setAt.replace(/\.\d+Z$/, 'Z') },
    { header: 'KEY', value: ({ key }) => key },
  ]);
}
