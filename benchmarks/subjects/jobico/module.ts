// One module of the platform in a process of its own: `module.ts <module> <NATS url> <folder> [durability]`.
import { join } from 'node:path';
import { createLogger } from '@jobico/telemetry';
import { startPlatform, type PlatformOptions } from 'jobico';
import { endWithParent, tellParent } from '../../child.ts';

type ModuleName = NonNullable<PlatformOptions['modules']>[number];

const [name = '', natsUrl, data = '', durability] = process.argv.slice(2);
const log = createLogger({ file: join(data, `${name}.log`) });
const platform = await startPlatform({
  modules: [name as ModuleName],
  natsUrl,
  data,
  durability: durability === 'durable' ? 'durable' : 'standard',
  log,
});

endWithParent(() => platform.stop());
// Whatever it is asked, it tells what it holds; that without garbage only where Node was started with `--expose-gc`.
process.on('message', (question) => {
  if (question === 'held') globalThis.gc?.();
  tellParent(process.memoryUsage());
});
tellParent(platform.urls[name as ModuleName]);
