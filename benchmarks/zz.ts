import { readFileSync, existsSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { inspectComponent, startSandbox } from '../libs/component/src/index.ts';
import { buildComponent } from '@jobico/sdk/build';
import { orderAt } from './order/order.ts';
if (!existsSync('/tmp/sum.wasm')) await buildComponent({ source: '/tmp/wt-fairness/benchmarks/subjects/jobico/sum-order.ts', out: '/tmp/sum.wasm' });
if (!existsSync('/tmp/sum.art')) writeFileSync('/tmp/sum.art', (await inspectComponent(readFileSync('/tmp/sum.wasm'))).artifact);
const artifact = new Uint8Array(readFileSync('/tmp/sum.art'));
const intervalMs = Number(process.argv[2] ?? 20), N = Number(process.argv[3] ?? 300);
let chunks = 0;
let done: (() => void) | undefined;
const s = await startSandbox({ maxMemoryBytes: 64 << 20, onOutcome: () => { chunks++; done?.(); }, onHostCall: () => Promise.reject(new Error('x')) });
const cpu = () => { let total = 0; for (const t of (require('node:fs') as typeof import('node:fs')).readdirSync(`/proc/${s.pid}/task`)) total += Number((require('node:fs')).readFileSync(`/proc/${s.pid}/task/${t}/schedstat`, 'utf8').split(' ')[0]) / 1e6; return total; };
import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);
console.log('start cpu', cpu().toFixed(1));
await s.load({ key: 'k', artifact, mode: 'sync', config: {} });
console.log('load cpu', cpu().toFixed(1));
let before = cpu(); const idle = before; await delay(2000); console.log('idle 2s', (cpu() - idle).toFixed(2)); before = cpu();
for (let n = 1; n <= N; n++) {
  const p = new Promise<void>((r) => { done = r; });
  s.dispatch([{ n, lane: n, key: 'k', event: { id: 'e' + n, tenant: 't', name: 'order', time: new Date().toISOString(), attempt: 1, data: JSON.stringify(orderAt(n)) } }]);
  await p; await delay(intervalMs);
  if (n % (N / 6) === 0) { const now = cpu(); console.log(n, ((now - before) / (N / 6)).toFixed(3), 'ms/event'); before = now; }
}
const fs = readFileSync(`/proc/${s.pid}/smaps_rollup`, 'utf8'); console.log(/Rss:.*/.exec(fs)?.[0], /Pss:.*/.exec(fs)?.[0], /Private_Dirty:.*/.exec(fs)?.[0]);
for (const t of (require('node:fs')).readdirSync(`/proc/${s.pid}/task`)) console.log(t, (require('node:fs')).readFileSync(`/proc/${s.pid}/task/${t}/comm`,'utf8').trim(), (Number((require('node:fs')).readFileSync(`/proc/${s.pid}/task/${t}/schedstat`, 'utf8').split(' ')[0]) / 1e6).toFixed(1));
s.kill();
process.exit();
