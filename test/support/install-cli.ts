import { execFile } from 'node:child_process';
import { cp, mkdir, readdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const repository = fileURLToPath(new URL('../..', import.meta.url));
const workspace = join(repository, 'node_modules');

/**
 * The command line as `npm install jobico` would lay it out in an empty folder: packed, unpacked, with the builds of the
 * other packages beside it and no source in sight. Answers its bin file.
 */
export async function installCli(folder: string): Promise<string> {
  const modules = join(folder, 'node_modules');
  await run(process.execPath, [join(workspace, 'typescript/bin/tsc'), '-b'], { cwd: repository });
  const packed = await run('npm', ['pack', '--json', '--pack-destination', folder], { cwd: join(repository, 'cli') });
  await mkdir(join(modules, 'jobico'), { recursive: true });
  await run('tar', [
    '-xzf',
    join(folder, fileNameIn(packed.stdout)),
    '-C',
    join(modules, 'jobico'),
    '--strip-components',
    '1',
  ]);
  for (const kind of ['libs', 'apps', 'sdk']) {
    for (const name of await readdir(join(repository, kind))) await copyBuild(join(repository, kind, name), modules);
  }
  for (const name of await readdir(workspace)) {
    if (['jobico', '@jobico', '.bin'].includes(name)) continue;
    await symlink(join(workspace, name), join(modules, name));
  }
  return join(modules, 'jobico/bin/jobico.js');
}

/** A list of what was packed, or an object by name: npm has changed its mind. */
function fileNameIn(json: string): string {
  const [packed] = Object.values(JSON.parse(json) as Record<string, { filename: string }>);
  if (packed === undefined) throw new Error(`npm packed nothing: ${json}`);
  return packed.filename;
}

async function copyBuild(from: string, modules: string): Promise<void> {
  const { default: manifest } = (await import(join(from, 'package.json'), { with: { type: 'json' } })) as {
    default: { name: string };
  };
  const to = join(modules, manifest.name);
  await mkdir(to, { recursive: true });
  await cp(join(from, 'package.json'), join(to, 'package.json'));
  await cp(join(from, 'dist'), join(to, 'dist'), { recursive: true });
}
