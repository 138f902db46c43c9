import { Objm, type ObjectInfo, type ObjectStore } from '@nats-io/obj';
import type { Nats } from '../connection/connection.ts';
import type { DefinitionStore } from '../packages/definitions.ts';
import { deleteUnused } from './object-uses.ts';
import { ARTIFACTS, FILES } from '../subjects.ts';

/** What a round has deleted. */
export interface Collected {
  contents: number;
  artifacts: number;
  /** Uploads that never came to their end. */
  uploads: number;
}

/**
 * Deletes what nothing needs any more: content that no name stands for and no kept version of a package pins, artifacts of
 * components that no tenant has, parts of uploads that never came to their end.
 *
 * A deploy may be about to pin what a round finds unneeded. So nothing goes before it has been found unneeded for the
 * whole of `graceMs`, by this process, nor what was stored, or stored again, within that time, a round under way included:
 * a deploy pins only what is needed at the moment it looks, or was stored a moment ago, and gives up if it has not
 * published well within that time.
 */
export interface FileCollector {
  collect(): Promise<Collected>;
}

export async function createFileCollector(
  nats: Nats,
  store: Pick<DefinitionStore, 'allVersions'>,
  { graceMs, now = Date.now }: { graceMs: number; now?: () => number },
): Promise<FileCollector> {
  const files = await new Objm(nats.js).open(FILES);
  const artifacts = await new Objm(nats.js).open(ARTIFACTS);
  let unneededSince = new Map<string, number>();

  /** Those that have been unneeded long enough; of the others it is remembered since when. */
  const ripe = (found: readonly string[], next: Map<string, number>) =>
    found.filter((each) => {
      const since = unneededSince.get(each) ?? now();
      next.set(each, since);
      return now() - since >= graceMs;
    });

  const isOld = (mtime: string) => now() - Date.parse(mtime) >= graceMs;

  /** Those that could be deleted: what is used since the round looked is not. */
  const deleted = async (bucket: string, names: readonly string[]) => {
    const gone: string[] = [];
    for (const name of names) if (await deleteUnused(nats, bucket, name, isOld)) gone.push(name);
    return gone;
  };

  return {
    async collect() {
      const next = new Map<string, number>();
      const stored = await live(files);
      const orphans = await unneededContents(store, stored, isOld);
      const contents = await deleted(FILES, ripe(orphans, next));
      const kept = stored.filter(({ name }) => !contents.includes(name));
      const digests = new Set(kept.flatMap(({ name }) => contentOf(name)?.digest ?? []));
      const old = (await live(artifacts)).filter(({ mtime }) => isOld(mtime)).map(({ name }) => name);
      const ofNothing = old.filter((name) => !digests.has(name.slice(0, name.indexOf('/'))));
      const unused = await deleted(ARTIFACTS, ripe(ofNothing, next));
      let uploads = 0;
      for (const [bucket, objects] of [[FILES, files] as const, [ARTIFACTS, artifacts] as const]) {
        const broken = ripe(await partsOfNothing(nats, bucket, objects), next);
        for (const filter of broken) await nats.jsm.streams.purge(`OBJ_${bucket}`, { filter });
        uploads += broken.length;
      }
      for (const gone of [...contents, ...unused]) next.delete(gone);
      unneededSince = next;
      return { contents: contents.length, artifacts: unused.length, uploads };
    },
  };
}

async function live(objects: ObjectStore): Promise<ObjectInfo[]> {
  return (await objects.list()).filter(({ deleted }) => !deleted);
}

/** `<tenant>/content/<digest>` */
function contentOf(name: string): { tenant: string; digest: string } | undefined {
  const [tenant = '', kind, digest = ''] = name.split('/');
  return kind === 'content' ? { tenant, digest } : undefined;
}

async function unneededContents(
  store: Pick<DefinitionStore, 'allVersions'>,
  stored: readonly ObjectInfo[],
  isOld: (mtime: string) => boolean,
): Promise<string[]> {
  const byTenant = Map.groupBy(stored, ({ name }) => name.slice(0, name.indexOf('/')));
  const unneeded: string[] = [];
  for (const [tenant, infos] of byTenant) {
    const named = infos.flatMap(({ name, metadata }) => (contentOf(name) ? [] : [metadata?.digest ?? '']));
    const versions = await store.allVersions(tenant);
    const pinned = versions.flatMap(({ modules, schemas }) => [...Object.values(modules), ...Object.values(schemas)]);
    const needed = new Set([...named, ...pinned]);
    for (const { name, mtime } of infos) {
      const content = contentOf(name);
      if (content && !needed.has(content.digest) && isOld(mtime)) unneeded.push(name);
    }
  }
  return unneeded;
}

/** Subjects of chunks that belong to no object: its upload is under way, or has broken off. */
async function partsOfNothing({ jsm }: Nats, bucket: string, objects: ObjectStore): Promise<string[]> {
  const { state } = await jsm.streams.info(`OBJ_${bucket}`, { subjects_filter: `$O.${bucket}.C.>` });
  // In this order: an upload that ends in between is among the objects.
  const known = new Set((await objects.list()).map(({ nuid }) => nuid));
  return Object.keys(state.subjects ?? {}).filter((subject) => !known.has(subject.slice(subject.lastIndexOf('.') + 1)));
}
