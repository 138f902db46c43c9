import type { Config } from '@jobico/config';
import { JobicoError } from '@jobico/contract';
import { openDiagnostics, type Diagnostics, type Logger } from '@jobico/telemetry';

/** The process's profiles and heap snapshots, if a setting names a port for them. Throws `port-in-use`. */
export async function openDiagnosticsOf(
  { diagnosticsPort: port }: Config,
  log: Logger,
): Promise<Diagnostics | undefined> {
  if (port === undefined) return undefined;
  try {
    const diagnostics = await openDiagnostics(port);
    log.warn({ url: diagnostics.url }, 'diagnostics are open to every user of this machine');
    return diagnostics;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw cause;
    throw new JobicoError('port-in-use', `port ${port} for diagnostics is in use already`, {
      hint: 'Choose another with JOBICO_DIAGNOSTICS_PORT; 0 takes a free one.',
      cause,
    });
  }
}
