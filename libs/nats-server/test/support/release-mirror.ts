import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync } from 'node:fs';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { create } from 'tar';
import { onTestFinished } from 'vitest';
import { releaseArchive } from '../../src/release.ts';
import { standInServer } from './stand-in.ts';
import { temporaryFolder } from './temporary-folder.ts';

export interface ReleaseMirror {
  url: string;
  /** Paths in the order in which they were asked for. */
  requests: string[];
}

type Answer = (request: IncomingMessage, response: ServerResponse, archive: Buffer) => void;

/** What a mirror does for the archive instead of sending it. */
export interface MirrorBehaviour {
  archive?: Answer;
  checksums?: Answer;
}

/** A server on loopback with the layout of the official releases, holding an archive of the given executable. */
export async function releaseMirror(executable: string, behaviour: MirrorBehaviour = {}): Promise<ReleaseMirror> {
  const { name } = releaseArchive();
  const content = await archiveOf(executable);
  const sums = `${'0'.repeat(64)}  something-else.tar.gz\n${sha256(content)}  ${name}\n`;
  const requests: string[] = [];
  const url = await serve((request, response) => {
    const path = request.url ?? '';
    requests.push(path);
    if (path.endsWith(`/${name}`)) (behaviour.archive ?? sendArchive)(request, response, content);
    else if (path.endsWith('/SHA256SUMS'))
      (behaviour.checksums ?? ((_, to) => to.end(sums)))(request, response, content);
    else response.writeHead(404).end();
  });
  return { url, requests };
}

/** The archive of an executable that answers as this version. */
export async function mirrorOfVersion(version: string, behaviour: MirrorBehaviour = {}): Promise<ReleaseMirror> {
  return releaseMirror(standInServer(temporaryFolder(), version), behaviour);
}

/** An HTTP server on a free loopback port until the test ends. */
export async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function sendArchive(_: IncomingMessage, response: ServerResponse, archive: Buffer): void {
  response.writeHead(200, { 'content-length': archive.length }).end(archive);
}

async function archiveOf(executable: string): Promise<Buffer> {
  const folder = temporaryFolder();
  const { entry } = releaseArchive();
  mkdirSync(dirname(join(folder, entry)), { recursive: true });
  renameSync(executable, join(folder, entry));
  const file = join(folder, 'archive.tar.gz');
  await create({ file, gzip: true, cwd: folder }, [dirname(entry)]);
  return readFileSync(file);
}

function sha256(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
