import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { buildGuest } from '../../test/components/build.ts';
import { finish, temporaryFolder, up } from './support/process.ts';

const packageText = (id: string) => `
id: ${id}
tenant: acme
queues: [{ id: ${id} }]
jobs:
  - event: { id: ${id}-placed, supplierqueue: ${id}, runtime: work }
runtimes: [{ id: work, moduleref: work.wasm }]
`;

test(
  'deploy and package validate take the package of the folder that they are run in, or of one that is named',
  { timeout: 120_000 },
  async () => {
    const { urls } = await up([], { JOBICO_NATS_SERVER: inject('natsServerBinary') });
    const folder = await temporaryFolder();
    const [shop, several] = [join(folder, 'shop'), join(folder, 'several')];
    for (const each of [shop, several]) {
      await mkdir(each);
      await writeFile(join(each, 'work.wasm'), await buildGuest('echo'));
    }
    await writeFile(join(shop, 'package.yaml'), packageText('shop'));
    await writeFile(join(shop, 'compose.yaml'), 'services: {}\n');
    for (const id of ['one', 'two']) await writeFile(join(several, `${id}.yaml`), packageText(id));
    const jobico = (cwd: string, ...args: string[]) => finish(args, { JOBICO_URL: urls.ctl }, { cwd });

    const valid = await jobico(shop, 'package', 'validate');
    expect(valid).toMatchObject({ exitCode: 0, stdout: 'acme/shop is valid\n  next: jobico deploy package.yaml\n' });
    const deployed = await jobico(shop, 'deploy', '--json');
    expect(JSON.parse(deployed.stdout)).toMatchObject({ package: 'shop', version: 1, changed: true });
    const again = await jobico(folder, 'deploy', 'shop', '--json');
    expect(JSON.parse(again.stdout)).toMatchObject({ package: 'shop', version: 1, changed: false });

    const none = await jobico(folder, 'deploy');
    expect(none).toMatchObject({ exitCode: 2, stdout: '' });
    expect(none.stderr).toContain('there is no package in this folder');
    expect(none.stderr).toContain('Name its file');
    const which = await jobico(several, 'deploy');
    expect(which).toMatchObject({ exitCode: 2, stdout: '' });
    expect(which.stderr).toContain('there is more than one package in this folder: one.yaml, two.yaml');
    const both = await jobico(several, 'deploy', 'one.yaml', 'two.yaml', '--json');
    expect(JSON.parse(both.stdout)).toMatchObject({ items: [{ package: 'one' }, { package: 'two' }] });
  },
);
