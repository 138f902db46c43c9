import type { LoadedComponent } from '@jobico/component';
import type { Job } from '@jobico/contract';
import type { Secrets } from '@jobico/messaging';
import { createRedactor, type Redactor } from './redactor.ts';

/** The secrets that a job is granted, as they are now. */
export interface GrantedSecrets {
  /** What `config.get` answers for them. */
  config: LoadedComponent['config'];
  redactor: Redactor | undefined;
}

/** Tells one state of a job's secrets from another; empty for a job that is granted none. */
export function stampsOf(secrets: Secrets, tenant: string, { grant }: Job): string {
  if (grant.secrets === undefined || grant.secrets.length === 0) return '';
  return grant.secrets.map((name) => secrets.stampOf(tenant, name) ?? '-').join(',');
}

/** One that is not set, or cannot be read, fails whoever asks for it, and says why. */
export function grantedSecrets(secrets: Secrets, tenant: string, { grant }: Job): GrantedSecrets {
  const found = (grant.secrets ?? []).map((name) => [name, valueOf(secrets, tenant, name)] as const);
  const values = found.filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return { config: Object.fromEntries(found), redactor: createRedactor(new Map(values)) };
}

function valueOf(secrets: Secrets, tenant: string, name: string): string | { absent: string } {
  try {
    const secret = secrets.resolve(tenant, name);
    if (secret) return secret.value;
    return { absent: `secret ${name} is granted to this job, but it is not set: jobico secret set ${name}` };
  } catch (error) {
    return { absent: error instanceof Error ? error.message : String(error) };
  }
}
