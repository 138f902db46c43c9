import { readFile, writeFile } from 'node:fs/promises';
const root = '/tmp/wt-langs/';
const { componentEmbed, componentNew } = await import(root + 'node_modules/@bytecodealliance/jco-transpile/src/wasm-tools.js').catch(() => import(import.meta.resolve('@bytecodealliance/jco-transpile/wasm-tools')));
const { inspectComponent, startSandbox } = await import(root + 'libs/component/src/index.ts');
let bytes: Uint8Array = await readFile(process.argv[2]!);
if (bytes[4] === 1) {
  const wit = await readFile(root + 'wit/job.wit', 'utf8');
  const { componentOfCore } = await import(root + 'libs/component/src/index.ts');
  bytes = await componentOfCore(bytes, wit);
  await writeFile(process.argv[2]! + '.component.wasm', bytes);
}
console.log('component bytes', bytes.length);
let t = performance.now();
const c = await inspectComponent(bytes, {deadlineMs: 600_000});
console.log('gate ms', performance.now() - t, 'artifact', c.artifact.length, 'minMem', c.minMemoryBytes);
console.log(c.imports.join('\n'));
const data = process.argv[3] ?? '{"a":[1,2,3]}';
for (const mode of ['sync', 'jspi'] as const) {
  const waiting = new Map<number, (o: unknown) => void>();
  const sandbox = await startSandbox({ onOutcome: (b: any[]) => b.forEach((o) => waiting.get(o.n)?.(o)), onHostCall: async (call: any) => { console.log(call.kind, JSON.stringify(call.args)); return { ok: false, error: {tag:'denied', val:'no'} } } });
  t = performance.now();
  await sandbox.load({ key: 'k', artifact: c.artifact, mode, config: { greeting: 'wörld', base: 'EUR' } });
  console.log(mode, 'load ms', performance.now() - t);
  let n = 0;
  const run = () => { n++; const p = Promise.withResolvers<unknown>(); waiting.set(n, p.resolve); sandbox.dispatch([{ n, lane: 1, key: 'k', event: { id: 'event-' + n, tenant: 'acme', name: 'x', key: 'kk', time: '2030-01-01T00:00:00.000Z', attempt: 1, data } }]); return p.promise; };
  t = performance.now();
  const first = await run();
  console.log('first ms', performance.now() - t, JSON.stringify(first).slice(0, 1500));
  for (let i = 0; i < 20; i++) await run();
  const N = Number(process.env.N ?? 1000);
  t = performance.now();
  const all = []; for (let i = 0; i < N; i++) all.push(run());
  const last = await Promise.all(all);
  console.log('us per call', (performance.now() - t) / N * 1000, JSON.stringify(last.at(-1)).slice(0, 300));
  sandbox.kill(); await sandbox.exited;
}
