import { unpackArtifact } from '../artifact/unpack.ts';
import type { KnownComponent } from './flights.ts';
import type { LoadedComponent } from './sandbox.ts';
import { TO_SANDBOX } from './wire.ts';
import type { ComponentLimits, LoadMessage } from './wire.ts';

/** What an execution may use where its component says nothing else. */
export const DEFAULT_LIMITS: ComponentLimits = {
  logBytes: 64 << 10,
  logLines: 1000,
  resultBytes: 1 << 20,
  instances: 8,
  eventsPerInstance: 10_000,
  growthBytes: 32 << 20,
};

/** A component as it goes over the wire. */
export function loadMessage(
  component: LoadedComponent,
  number: number,
): { known: KnownComponent; message: LoadMessage; bytes: Uint8Array } {
  const { mode, config, fresh = false } = component;
  const limits = { ...DEFAULT_LIMITS, ...component.limits };
  const { [mode]: variant, sourceMap = new Uint8Array() } = unpackArtifact(component.artifact);
  const { source, modules } = variant;
  const sourceBytes = Buffer.from(source);
  const lengths = Array.from(modules, ([name, { length }]): [string, number] => [name, length]);
  const message: LoadMessage = [
    TO_SANDBOX.load,
    number,
    mode,
    sourceBytes.length,
    lengths,
    Object.entries(config),
    limits,
    fresh,
    sourceMap.length,
  ];
  return { known: { number, limits }, message, bytes: Buffer.concat([sourceBytes, ...modules.values(), sourceMap]) };
}
