import { JobicoError, LIMITS } from '@jobico/contract';
import { fingerprint, generateToken, isTokenShaped, stateOf, type NewToken, type TokenStore } from '@jobico/messaging';

/** Names of the tokens that no admin has made. */
const GIVEN = 'JOBICO_ADMIN_TOKEN';
const FIRST = 'first';

/**
 * Sees to it that somebody is let in. The token that the installation gives becomes an admin's, and the one that it gave
 * before is revoked; without one, and where there has never been an admin's token, a first one is made: it is answered, to
 * be shown once. Throws `config-invalid` for one that is too short, or that was revoked.
 */
export async function ensureAdmin(tokens: TokenStore, given: string | undefined): Promise<string | undefined> {
  const about = { role: 'admin', expiresAt: new Date(Date.now() + LIMITS.tokenAgeMs) } as const;
  const admins = (await tokens.list()).filter(({ role }) => role === 'admin');
  if (given === undefined) {
    if (admins.length > 0) return undefined;
    const first = generateToken();
    await tokens.add(first, { ...about, name: FIRST });
    return first;
  }
  if (!isTokenShaped(given)) {
    throw new JobicoError('config-invalid', 'JOBICO_ADMIN_TOKEN is not a token', {
      hint: 'It is jbc_ and 40 to 200 letters, digits, - and _ that nobody can guess: echo "jbc_$(openssl rand -hex 32)"',
    });
  }
  await keep(tokens, given, { ...about, name: GIVEN });
  const { id } = fingerprint(given);
  for (const record of admins) if (record.name === GIVEN && record.id !== id) await tokens.revoke(record);
  return undefined;
}

async function keep(tokens: TokenStore, given: string, about: NewToken): Promise<void> {
  const { id } = fingerprint(given);
  const known = (await tokens.get(id)) ?? (await tokens.add(given, about).catch(() => tokens.get(id)));
  if (known && stateOf(known) === 'valid') return;
  throw new JobicoError('config-invalid', 'JOBICO_ADMIN_TOKEN has been revoked, has expired, or cannot be stored', {
    hint: 'Set another one.',
  });
}
