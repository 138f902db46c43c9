import {
  ERROR_CODES,
  EXECUTION_ERROR_CODES,
  JobicoError,
  type ErrorCode,
  type ExecutionErrorCode,
} from '@jobico/contract';
import { table } from './table.ts';

const INTRODUCTION = `# Error codes

<!-- Made by scripts/reference.ts from libs/contract/src/errors.ts and libs/contract/src/execution.ts. -->

An error has a \`code\`, which programs branch on, and a message and often a hint, which are for people and may change. Over HTTP it is \`application/problem+json\`; over NATS the same body; the command line prints it (with \`--json\` as \`{"error": …}\` on standard output) and ends with its exit code. \`errors\` lists what is wrong with an input, each with a JSON pointer; of an error inside the platform only its \`id\` is told, which its log has too.`;

/** A code has its line: a new one does not compile without. */
const MEANINGS: Record<ErrorCode, string> = {
  usage: 'A command line that makes no sense: a flag or an argument is missing, unknown or wrong',
  'bad-request': 'A path, a query or a header that the operation does not take',
  'not-json': 'What should be JSON is none',
  unauthenticated: 'No token, or one that is not valid',
  denied: 'A token that may not do this',
  'not-found': 'There is nothing of that name or id',
  conflict: 'It does not fit what is there now: somebody else came first, or what is asked for needs another state',
  'event-claimed': 'Another package of the tenant declares the event',
  'too-large': 'A body, an event or a value over its limit',
  'unsupported-media-type': 'A body that is not of a type which is taken here',
  invalid: 'JSON with fields that are missing, unknown or wrong; an event that does not fit its schema',
  'package-invalid': 'A package definition with faults',
  'schema-invalid': 'A file that is no JSON Schema which can be used',
  'component-refused': 'A component that the gate does not let in',
  'limit-exceeded': 'A quota is used up, or requests come too fast',
  'queue-full': 'The queue holds as much as it may; it takes events again once some of them are done',
  internal: 'A failure of the platform; the log names it by its `id`',
  unavailable: 'NATS, or what else is needed, does not answer now',
  timeout: 'It took longer than whoever asked would wait',
  'config-invalid': 'Settings that the platform does not start with',
  'nats-server-missing': 'No nats-server is installed, and none can be fetched',
  'nats-server-failed': 'The nats-server does not start',
  'port-in-use': 'Something else listens on the port',
  'disk-full': 'There is no room for data',
  'build-failed': 'The source of a job does not compile to a component',
  'job-failed': 'A job that was run for a look has failed',
};

/** Why an execution did not succeed, as its record says it. */
const EXECUTION_MEANINGS: Record<ExecutionErrorCode, string> = {
  retry: 'The job asked for another attempt',
  permanent: 'The job gave up',
  trap: 'The job crashed, or answered with what is no result',
  deadline: 'It ran for longer than its `timeout`',
  memory: 'It used more memory than it may',
  interrupted: 'Its sandbox or its executor was lost because of something else; it runs again at once',
  platform: 'The platform could not run it',
  invalid: 'The event does not fit its schema, or is no JSON',
  'no-job': 'No live package handles the event',
  cancelled: 'Somebody has cancelled the event, before it ran or while it did',
  expired: 'It had not run when it was older than `retention.maxAge` of its queue',
};

/** The page docs/reference/errors.md. */
export function errorsPage(): string {
  const codes = ERROR_CODES.map((code) => {
    const { status, exitCode, isRetryable } = new JobicoError(code, '');
    return [`\`${code}\``, String(status), String(exitCode), isRetryable ? 'yes' : 'no', MEANINGS[code]];
  });
  const causes = EXECUTION_ERROR_CODES.map((code) => [`\`${code}\``, EXECUTION_MEANINGS[code]]);
  return `${[
    INTRODUCTION,
    '## Of operations',
    table(['code', 'HTTP', 'exit code', 'may help to repeat', 'meaning'], codes),
    '## Of executions',
    'In `error.code` of an execution and of a dead letter. What follows each is in [concepts.md](../concepts.md#an-outcome).',
    table(['code', 'meaning'], causes),
  ].join('\n\n')}\n`;
}
