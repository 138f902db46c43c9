// npm drops the binaries of other platforms from the lock file when the registry in use does not have them, and
// `npm ci` on those platforms then fails with "Missing … from lock file". This adds what is missing:
//   node scripts/complete-lock.mjs            after every change of dependencies
//   node scripts/complete-lock.mjs --check    exits with 1 when the lock file is not complete
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const OS = /darwin|win32|linux|freebsd|android|openbsd|openharmony|netbsd|sunos|aix/;
const CPU = /arm64|x64|ia32|s390x|ppc64|riscv64|loong64|mips64el|wasm32|arm/;

/** Adds an entry for every optional dependency without one. Returns the paths of what was added. */
export function completeLock(lock) {
  const { packages } = lock;
  const added = [];
  for (const [path, { optionalDependencies = {}, dev }] of Object.entries(packages)) {
    for (const [name, range] of Object.entries(optionalDependencies)) {
      if (isPresent(packages, path, name, range)) continue;
      const place = placeFor(packages, path, name);
      const version = range.replace(/^[~^=]/, '');
      packages[place] = { version, optional: true, ...(dev && { dev }), ...platformOf(name) };
      added.push(place);
    }
  }
  // npm's own order, so that its next write changes nothing.
  lock.packages = Object.fromEntries(Object.entries(packages).sort(([a], [b]) => a.localeCompare(b, 'en')));
  return added;
}

/** Looks the package up as Node would, from `path` outwards; the nearest one counts. */
function isPresent(packages, path, name, range) {
  for (let folder = path; ; folder = parentOf(folder)) {
    const found = packages[joined(folder, name)];
    // Whether a version fits a range is npm's to judge; platform packages are asked for by one version.
    if (found) return found.version === range || found.inBundle || !/^\d/.test(range);
    if (folder === '') return false;
  }
}

/** Beside the package that asks for it, or inside that where another version is there already. */
function placeFor(packages, path, name) {
  const beside = joined(parentOf(path), name);
  return packages[beside] === undefined ? beside : joined(path, name);
}

function parentOf(path) {
  return path.slice(0, Math.max(0, path.lastIndexOf('/node_modules/')));
}

function joined(folder, name) {
  return `${folder === '' ? '' : `${folder}/`}node_modules/${name}`;
}

/** Platform packages carry their platform in their names; without these fields npm would install them everywhere. */
function platformOf(name) {
  const words = name.split('/').pop();
  const os = OS.exec(words)?.[0];
  const cpu = CPU.exec(words)?.[0];
  const libc = /musl/.test(words) ? 'musl' : os === 'linux' && /gnu/.test(words) ? 'glibc' : undefined;
  return { ...(cpu && { cpu: [cpu] }), ...(libc && { libc: [libc] }), ...(os && { os: [os] }) };
}

function main(args) {
  const isCheck = args.includes('--check');
  const file =
    args.find((arg) => !arg.startsWith('--')) ?? fileURLToPath(new URL('../package-lock.json', import.meta.url));
  const lock = JSON.parse(readFileSync(file, 'utf8'));
  const added = completeLock(lock);
  if (added.length === 0) return 0;
  if (isCheck) {
    console.error(`package-lock.json lacks ${added.length} optional packages of other platforms:`);
    for (const path of added) console.error(`  ${path}`);
    console.error('run node scripts/complete-lock.mjs and commit the file');
    return 1;
  }
  writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
  console.log(`added ${added.length} optional packages of other platforms to package-lock.json`);
  return 0;
}

if (import.meta.filename === process.argv[1]) process.exitCode = main(process.argv.slice(2));
