import { Ajv2020 } from 'ajv/dist/2020.js';
import { Type, type Static } from 'typebox';
import { JobicoError, type Fault } from '../errors.ts';
import { faultsOf } from '../faults.ts';

const closed = { additionalProperties: false } as const;
const relativePath = (description: string) =>
  Type.String({
    pattern: '^(?![/\\\\])(?!.*\\.\\.(?:/|$))[^\\0]{1,300}$',
    description,
    allowed: 'a path below this folder, without ".."',
  });

const RuntimeBuild = Type.Object(
  {
    source: Type.Optional(
      relativePath('The job in TypeScript or JavaScript, where it is not `src/<runtime>.ts`. Instead of `command`.'),
    ),
    command: Type.Optional(
      Type.String({ minLength: 1, maxLength: 2000, description: 'What builds the component, run by the shell.' }),
    ),
    folder: Type.Optional(
      relativePath(
        'Where the command runs. Default: the folder named for the runtime, if there is one, else this one.',
      ),
    ),
    output: Type.Optional(
      relativePath(
        'What the command writes, seen from its folder; it is copied to `moduleref`. Left out: the command itself writes $JOBICO_OUT.',
      ),
    ),
    needs: Type.Optional(
      Type.Record(Type.String(), Type.String(), {
        description: 'Programs that the command needs, and how to get each, in one sentence.',
      }),
    ),
    watch: Type.Optional(
      Type.Array(relativePath('A file or a folder.'), {
        description: 'What makes it be built again when it changes, seen from its folder. Default: all of the folder.',
      }),
    ),
  },
  closed,
);

/** `jobico.build.yaml`, beside a package: how the components of its runtimes are made. */
export const BuildFile = Type.Object(
  { runtimes: Type.Record(Type.String(), RuntimeBuild, { description: 'By the id of the runtime.' }) },
  { ...closed, title: 'Jobico build file' },
);
export type BuildFile = Static<typeof BuildFile>;
export type RuntimeBuild = BuildFile['runtimes'][string];

/** The value as a build file; throws `invalid` with every fault. */
export function validateBuildFile(value: unknown): BuildFile {
  const check = new Ajv2020({ allErrors: true, verbose: true, strict: false }).compile<BuildFile>(BuildFile);
  const faults = check(value) ? unclear(value) : faultsOf(check.errors ?? []);
  if (faults.length === 0) return value as BuildFile;
  throw new JobicoError(
    'invalid',
    `the build file has ${faults.length === 1 ? 'a fault' : `${faults.length} faults`}`,
    {
      faults,
    },
  );
}

function unclear({ runtimes }: BuildFile): Fault[] {
  return Object.entries(runtimes).flatMap(([id, { source, command }]) =>
    (source === undefined) === (command === undefined)
      ? [{ path: `/runtimes/${id}`, message: 'has to have either `source` or `command`' }]
      : [],
  );
}
