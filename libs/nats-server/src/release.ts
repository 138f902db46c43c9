/** The nats-server that is fetched or built where none is installed. The one place that names it. */
export const NATS_SERVER_VERSION = '2.15.1';

/** The oldest nats-server that works: `consumers.reset()`, which a take-over needs, came with it. */
export const MINIMUM_NATS_SERVER_VERSION = '2.14.0';

/** Where official archives are; `JOBICO_NATS_RELEASE_URL` names a mirror of the same layout. */
export const RELEASE_BASE_URL = 'https://github.com/nats-io/nats-server/releases/download';

/** What `go install` builds. */
export const GO_PACKAGE = `github.com/nats-io/nats-server/v2@v${NATS_SERVER_VERSION}`;

const OS: Partial<Record<NodeJS.Platform, string>> = {
  linux: 'linux',
  darwin: 'darwin',
  win32: 'windows',
  freebsd: 'freebsd',
};
const ARCH: Partial<Record<NodeJS.Architecture, string>> = {
  x64: 'amd64',
  arm64: 'arm64',
  arm: 'arm7',
  ia32: '386',
  ppc64: 'ppc64le',
  riscv64: 'riscv64',
  s390x: 's390x',
};

export interface ReleaseArchive {
  /** e.g. `nats-server-v2.15.1-linux-amd64.tar.gz` */
  name: string;
  url: URL;
  checksumsUrl: URL;
  format: 'tar.gz' | 'zip';
  /** The one file of the archive that we want, as the archive names it. */
  entry: string;
}

/** The executable's file name on this platform. */
export function executableName(platform: NodeJS.Platform = process.platform): string {
  return platform === 'win32' ? 'nats-server.exe' : 'nats-server';
}

/** The official archive for a platform; an error where the project publishes none. */
export function releaseArchive(
  baseUrl: string = RELEASE_BASE_URL,
  platform: NodeJS.Platform = process.platform,
  arch: NodeJS.Architecture = process.arch,
): ReleaseArchive {
  const os = OS[platform];
  const cpu = ARCH[arch];
  if (os === undefined || cpu === undefined) throw new Error(`there is no official archive for ${platform}-${arch}`);
  const folder = `nats-server-v${NATS_SERVER_VERSION}-${os}-${cpu}`;
  const format = platform === 'win32' ? 'zip' : 'tar.gz';
  const release = `${baseUrl.replace(/\/+$/, '')}/v${NATS_SERVER_VERSION}`;
  return {
    name: `${folder}.${format}`,
    url: new URL(`${release}/${folder}.${format}`),
    checksumsUrl: new URL(`${release}/SHA256SUMS`),
    format,
    entry: `${folder}/${executableName(platform)}`,
  };
}
