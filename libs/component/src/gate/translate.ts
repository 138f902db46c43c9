import { compileFunction } from 'node:vm';

import { $init, generate } from '@bytecodealliance/jco-transpile/component';

import type { Artifact, Mode, Variant } from '../artifact/format.ts';
import { canonicalName } from './contract.ts';
import { toFunctionBody } from './function-body.ts';
import { malformed } from './reader.ts';

/** Functions during which the guest is suspended, by canonical interface: what the host answers later. */
const SUSPENDING: Readonly<Record<string, readonly string[]>> = {
  'jobico:job/kv@0.1.0': ['get', 'set', 'delete', 'keys'],
  'jobico:job/http@0.1.0': ['send'],
  'jobico:job/outbox@0.1.0': ['emit'],
  'wasi:io/poll@0.2': ['poll', '[method]pollable.block'],
};

const HANDLE = 'jobico:job/handler@0.1.0#handle';

/** Both translations of a component that has passed the checks. `imports` are the names as it has them. */
export async function translate(component: Uint8Array, imports: readonly string[]): Promise<Artifact> {
  await $init;
  return { sync: translateTo('sync', component, []), jspi: translateTo('jspi', component, suspendingImports(imports)) };
}

function suspendingImports(imports: readonly string[]): string[] {
  return imports.flatMap((name) => (SUSPENDING[canonicalName(name)] ?? []).map((func) => `${name}#${func}`));
}

function translateTo(mode: Mode, component: Uint8Array, suspending: string[]): Variant {
  const files = generateFiles(mode, component, suspending);
  const modules = new Map(files.filter(([name]) => name.endsWith('.wasm')));
  const module = files.find(([name]) => name.endsWith('.js'))?.[1];
  if (module === undefined) throw new Error('the translator gave no JavaScript');
  const source = toFunctionBody(Buffer.from(module).toString());
  requireSyntax(source);
  return { source, modules };
}

function generateFiles(mode: Mode, component: Uint8Array, suspending: string[]): [string, Uint8Array][] {
  try {
    return generate(component, {
      name: 'job',
      map: [],
      instantiation: { tag: 'async' },
      asyncMode: mode === 'sync' ? { tag: 'sync' } : { tag: 'jspi', val: { imports: suspending, exports: [HANDLE] } },
      noTypescript: true,
      noNodejsCompat: true,
      // A declared failure is thrown as the plain `{tag, val}`, in both modes; nothing else a guest causes is.
      noComponentErrorWrapping: true,
      base64Cutoff: 0,
    }).files;
  } catch (error) {
    return malformed(`it cannot be translated: ${String(error).slice(0, 500)}`);
  }
}

/** Names could still make JavaScript that does not parse; it is only compiled here, never run. */
function requireSyntax(source: string): void {
  try {
    compileFunction(source);
  } catch (error) {
    malformed(`its names make no JavaScript: ${String(error).slice(0, 500)}`);
  }
}
