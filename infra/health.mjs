// Whether a module answers that it is well: the health check of a container, `node health.mjs <url>`.
const url = process.argv[2] ?? 'http://127.0.0.1:8080/health';
try {
  const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
} catch (error) {
  // Docker keeps the last lines of a failed check, for `docker inspect`.
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
