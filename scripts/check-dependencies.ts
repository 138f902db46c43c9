// Every package that a project's sources import is declared in its package.json, and every declared one is imported: in the
// workspace an undeclared import works by accident, and fails for whoever installs the project alone.
import { globSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join } from 'node:path';

interface Manifest {
  name: string;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  oclif?: { plugins?: string[] };
}

const root = join(import.meta.dirname, '..');
const IMPORT =
  /(?:^|\n)\s*(?:import|export)\b[^'";]*?from\s+'([^']+)'|import\(\s*'([^']+)'\s*\)|(?:^|\n)import\s+'([^']+)'/g;

function packageOf(specifier: string): string | undefined {
  if (specifier.startsWith('.') || isBuiltin(specifier) || specifier.includes('${')) return undefined;
  // Interfaces of the host, such as jobico:job/log@0.1.0.
  if (specifier.includes(':')) return undefined;
  const [scope, name] = specifier.split('/');
  return specifier.startsWith('@') ? `${scope}/${name}` : scope;
}

function sourcesOf(folder: string): { file: string; text: string }[] {
  const files = globSync('{src,bin}/**/*.{ts,js,mjs}', { cwd: folder });
  return files.map((file) => ({ file, text: readFileSync(join(folder, file), 'utf8') }));
}

function importsOf(sources: { file: string; text: string }[]): Map<string, string> {
  const found = new Map<string, string>();
  for (const { file, text } of sources) {
    for (const match of text.matchAll(IMPORT)) {
      const name = packageOf(match[1] ?? match[2] ?? match[3] ?? '');
      if (name) found.set(name, file);
    }
  }
  return found;
}

function problemsOf(path: string): string[] {
  const folder = join(root, dirname(path));
  const manifest = JSON.parse(readFileSync(join(root, path), 'utf8')) as Manifest;
  const sources = sourcesOf(folder);
  const imported = importsOf(sources);
  const declared = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies });
  const missing = [...imported].filter(([name]) => name !== manifest.name && !declared.includes(name));
  // A name may also be resolved at run time, or loaded by oclif.
  const isNamed = (name: string) =>
    sources.some(({ text }) => text.includes(name)) || manifest.oclif?.plugins?.includes(name);
  const unused = declared.filter((name) => !isNamed(name));
  return [
    ...missing.map(([name, file]) => `${dirname(path)}/${file} imports ${name}, which ${path} does not declare`),
    ...unused.map((name) => `${path} declares ${name}, which nothing there imports`),
  ];
}

const manifests = globSync('{apps,libs,sdk}/*/package.json', { cwd: root }).concat('cli/package.json');
const problems = manifests.toSorted().flatMap(problemsOf);
for (const problem of problems) console.error(problem);
console.log(`${manifests.length} projects, ${problems.length} problems`);
process.exitCode = problems.length > 0 ? 1 : 0;
