// Writes what the installed command line knows of its commands without loading them: `npm pack` runs it on the build.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createRequire } from 'node:module';

const root = fileURLToPath(new URL('../cli', import.meta.url));
const { Plugin } = createRequire(join(root, 'package.json'))('@oclif/core');

const plugin = new Plugin({ root, ignoreManifest: true, errorOnManifestCreate: true, respectNoCacheDefault: true });
await plugin.load();
const commands = Object.keys(plugin.manifest.commands);
if (commands.length === 0) throw new Error('cli/dist has no commands: run tsc -b first');
writeFileSync(join(root, 'oclif.manifest.json'), `${JSON.stringify(plugin.manifest)}\n`);
console.error(`oclif.manifest.json: ${commands.length} commands`);
