/** A sandbox process. Started by start.ts with the flags of flags.ts; speaks on one pipe and has nothing else. */
import process from 'node:process';

import { FROM_SANDBOX, TO_SANDBOX } from '../wire.ts';
import type { LoadMessage, MessageToSandbox } from '../wire.ts';
import { openChannel } from './channel.ts';
import { compileComponent } from './component.ts';
import { createHostCalls } from './host-calls.ts';
import { createLiveLines } from './live-lines.ts';
import { shorten } from './outcome.ts';
import { createPool } from './pool.ts';
import { Runner } from './runner.ts';
import type { ComponentPool } from './runner.ts';
import { scrub } from './scrub.ts';
import { createTurn } from './turn.ts';

const exit = process.exit.bind(process);

function main(): void {
  // A trap in mode jspi leaves rejected promises behind that nobody waits for; the one that counts is answered.
  process.on('unhandledRejection', () => undefined);
  const channel = openChannel(
    (message, bytes) => receive(message as MessageToSandbox, bytes),
    () => exit(0),
  );
  const turn = createTurn();
  scrub();
  const liveLines = createLiveLines(channel);
  const runner = new Runner(channel, turn, liveLines);
  const calls = createHostCalls(channel, turn, liveLines, (resumption) => runner.resume(resumption));
  const pools = new Map<number, ComponentPool>();
  const poolOf = (component: number): ComponentPool => {
    const pool = pools.get(component);
    if (pool === undefined) throw new Error(`component ${component} is not loaded`);
    return pool;
  };

  const load = (message: LoadMessage, bytes: Uint8Array): void => {
    const component = message[1];
    try {
      const pool = createPool<ComponentPool['waiting'][number]>(compileComponent(message, bytes), calls);
      pools.set(component, pool);
      channel.send([FROM_SANDBOX.loaded, component, pool.memoryBytes]);
    } catch (error) {
      channel.send([FROM_SANDBOX.notLoaded, component, shorten(String(error))]);
    }
    channel.flush();
  };

  const receive = (message: MessageToSandbox, bytes: Uint8Array): void => {
    switch (message[0]) {
      case TO_SANDBOX.load:
        return load(message, bytes);
      case TO_SANDBOX.unload:
        return void pools.delete(message[1]);
      case TO_SANDBOX.run:
        return runner.run(message, poolOf);
      case TO_SANDBOX.answer:
        return calls.answered(message, bytes);
      case TO_SANDBOX.recall:
        return runner.recall(message);
    }
  };
  channel.send([FROM_SANDBOX.ready]);
  channel.flush();
}

main();
