import { isLoopback, type Fault } from '@jobico/contract';

/** What is wrong with a configuration that would leave the platform open to others than whoever sits at the machine. */
export function opennessFaults(
  { auth, host }: { auth: 'open' | 'tokens'; host: string },
  appEnv: string | undefined,
): Fault[] {
  if (auth === 'tokens') return [];
  if (appEnv === 'production') {
    return [{ path: '/JOBICO_AUTH', message: 'is open, and production never is', value: 'open', allowed: 'tokens' }];
  }
  if (isLoopback(host)) return [];
  return [
    {
      path: '/JOBICO_HOST',
      message: 'can be reached by others, and the platform asks for no token',
      value: host,
      allowed: '127.0.0.1, ::1, localhost; any other with JOBICO_AUTH=tokens',
    },
  ];
}
