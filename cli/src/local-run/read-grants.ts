import { existsSync, readFileSync } from 'node:fs';
import {
  JobicoError,
  nearest,
  parsePackage,
  readHttpGrant,
  validateGrant,
  type GrantDefinition,
} from '@jobico/contract';

/** What a job is granted on this machine. */
export interface LocalGrant {
  grant: GrantDefinition;
  /** Values of secrets, by name: `config.get` answers them, and nothing shows them. */
  secrets: Readonly<Record<string, string>>;
}

const KINDS = ['config', 'secret', 'kv', 'http', 'emit'];
const FORMS = 'config:NAME=VALUE, secret:NAME=VALUE, kv:BUCKET, kv:BUCKET=write, http:ORIGIN, emit:EVENT, or a file';

/**
 * What `--grant` says, added to what the package grants: short forms such as `kv:prices=write`, or a YAML or JSON file that
 * holds what stands under a runtime in a package's `grants`. Throws `usage` or `invalid`.
 */
export function readGrants(texts: readonly string[], granted: GrantDefinition = {}): LocalGrant {
  const secrets: Record<string, string> = {};
  const grant = texts.reduce((sum, text) => {
    const [, kind = '', rest = ''] = /^([a-z]+):(.+)$/s.exec(text) ?? [];
    if (kind === 'secret') {
      const [name, value] = assignment(text, rest);
      secrets[name] = value;
      return sum;
    }
    return merged(sum, KINDS.includes(kind) ? fromForm(text, kind, rest) : fromFile(text, kind));
  }, granted);
  return { grant: validateGrant(grant), secrets };
}

function fromForm(text: string, kind: string, rest: string): GrantDefinition {
  switch (kind) {
    case 'config': {
      const [name, value] = assignment(text, rest);
      return { config: { [name]: value } };
    }
    case 'kv': {
      const [bucket = '', access = 'read'] = rest.split('=');
      if (access !== 'read' && access !== 'write') throw wrong(text, 'access to a bucket is read or write');
      return { kv: [{ bucket, access }] };
    }
    case 'http': {
      const read = readHttpGrant(rest);
      if ('fault' in read) throw wrong(text, `the origin ${read.fault}`);
      return { http: [rest] };
    }
    default:
      return { emit: [rest] };
  }
}

function assignment(text: string, rest: string): [name: string, value: string] {
  const at = rest.indexOf('=');
  if (at <= 0) throw wrong(text, 'it has no =VALUE');
  return [rest.slice(0, at), rest.slice(at + 1)];
}

function fromFile(text: string, kind: string): GrantDefinition {
  if (existsSync(text)) return validateGrant(parsePackage(readFileSync(text, 'utf8')).value);
  const meant = nearest(kind, KINDS);
  throw wrong(text, meant === undefined ? 'it is no file, and no grant' : `did you mean ${meant}:…?`);
}

function wrong(text: string, why: string): JobicoError {
  // The value may be a secret.
  return new JobicoError('usage', `--grant ${text.replace(/=.*$/s, '=…')}: ${why}`, { hint: `It takes ${FORMS}.` });
}

function merged(one: GrantDefinition, other: GrantDefinition): GrantDefinition {
  const buckets = new Map([...(one.kv ?? []), ...(other.kv ?? [])].map((each) => [each.bucket, each]));
  return {
    ...one,
    ...other,
    ...((one.config ?? other.config) && { config: { ...one.config, ...other.config } }),
    ...(buckets.size > 0 && { kv: [...buckets.values()] }),
    ...((one.http ?? other.http) && { http: [...new Set([...(one.http ?? []), ...(other.http ?? [])])] }),
    ...((one.emit ?? other.emit) && { emit: [...new Set([...(one.emit ?? []), ...(other.emit ?? [])])] }),
  };
}
