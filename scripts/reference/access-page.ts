import { isAllowed, OPERATION_NAMES, operations, TOKEN_ROLES, type Operation } from '@jobico/contract';
import { table } from './table.ts';

const INTRODUCTION = `# Who may do what

<!-- Made by scripts/reference.ts from the operation table in libs/contract/src/operations/. -->

Every operation of the control plane, over HTTP and as a NATS request to \`jobico.ctl.<operation>\`, and the roles that may call it: \`admin\` for every tenant, the others in the tenant of their token. Where no tenant is named, an operation on the whole platform is meant: that is an admin's. How tokens are made is in [access.md](../guides/access.md).

Sending events to the listener (\`POST /events/{tenant}/{event}\`) takes what \`event.send\` takes.`;

/** The page docs/reference/access.md. */
export function accessPage(): string {
  const rows = OPERATION_NAMES.map((name) => {
    const row: Operation = operations[name];
    const mark = (role: (typeof TOKEN_ROLES)[number]) =>
      isAllowed({ role, tenant: 't' }, row.role, 'tenant' in row.input.properties ? 't' : undefined) ? 'yes' : '';
    return [`\`${name}\``, `\`${row.method} ${row.path}\``, ...TOKEN_ROLES.map(mark)];
  });
  return `${INTRODUCTION}\n\n${table(['operation', 'over HTTP', ...TOKEN_ROLES], rows)}\n`;
}
