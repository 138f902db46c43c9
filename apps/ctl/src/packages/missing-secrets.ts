import { pointer, type OperationOutput, type PackageDefinition, type StoredSecret } from '@jobico/contract';

type Warning = NonNullable<OperationOutput<'package.deploy'>['warnings']>[number];

/** A warning for each secret that a package grants and that is not set: who asks for it fails, until it is. */
export function missingSecrets({ tenant, grants }: PackageDefinition, stored: readonly StoredSecret[]): Warning[] {
  const known = new Set(stored.map(({ name }) => name));
  return Object.entries(grants ?? {}).flatMap(([runtime, { secrets = [] }]) =>
    secrets.flatMap((name, index) => {
      if (known.has(name)) return [];
      return {
        path: pointer('grants', runtime, 'secrets', index),
        message: `secret ${name} is granted to ${runtime}, but it is not set: a job that asks for it fails`,
        hint: `jobico secret set ${name} --tenant ${tenant}`,
      };
    }),
  );
}
