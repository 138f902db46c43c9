/** Starts a sandbox with a job that never returns, and tells the sandbox's process id. Killed by the test. */
import { artifactOf, until } from '../harness.ts';
import { startSandbox } from '@jobico/component';

const sandbox = await startSandbox({
  onOutcome: () => undefined,
  onHostCall: () => Promise.resolve({ ok: true }),
});
await sandbox.load({ key: 'loop', artifact: await artifactOf('infinite-loop'), mode: 'sync', config: {} });
const event = { id: 'e', tenant: 't', name: 'x', time: '', attempt: 1, data: '{"loop":true}' };
sandbox.dispatch([{ n: 1, lane: 1, key: 'loop', event }]);
await until(() => sandbox.running().length === 1);
process.stdout.write(`${sandbox.pid}\n`);
