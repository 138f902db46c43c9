import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createOperatorSetup } from '@jobico/messaging';
import { startNatsServer } from '@jobico/nats-server';

export interface OperatorNats {
  url: string;
  /** Path of a file of the set-up, e.g. `creds/ctl.creds`. */
  file: (path: string) => string;
}

/** A nats-server in operator mode, set up as `jobico init-nats` does; `onEnd` gets what ends it. */
export async function startOperatorNats(
  binary: string,
  onEnd: (end: () => Promise<void>) => void,
): Promise<OperatorNats> {
  const folder = await mkdtemp(join(tmpdir(), 'jobico-operator-'));
  onEnd(() => rm(folder, { recursive: true, force: true }));
  const file = (path: string) => join(folder, path);
  for (const { path, content } of await createOperatorSetup({ store: join(folder, 'store') })) {
    await mkdir(dirname(file(path)), { recursive: true });
    // The port of monitoring is one for the whole machine, and the folder of the streams is given below.
    await writeFile(file(path), content.replace(/^http: .*$/m, '').replace(/^ *store_dir: .*$/m, ''));
  }
  const server = await startNatsServer({
    binary,
    dataDir: join(folder, 'data'),
    configFile: file('nats.conf'),
    host: '127.0.0.1',
    port: 0,
  });
  onEnd(() => server.stop());
  return { url: server.url, file };
}
