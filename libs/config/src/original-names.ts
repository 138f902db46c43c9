import type { SettingName } from './settings.ts';

/** A parameter of the Go original, and what has become of it. */
export interface OriginalName {
  name: string;
  /** The setting that has taken its place. */
  ours?: SettingName;
  /** How ours differs, or why there is none. */
  remark?: string;
}

const OWN_TELEMETRY = 'every module answers /metrics, for Prometheus to ask';
const NO_GRPC = 'the modules meet through NATS';

/** Every parameter of the original, in the order of its documents. */
export const ORIGINAL_NAMES: readonly OriginalName[] = [
  { name: 'workdir', ours: 'data' },
  { name: 'basedir', ours: 'data' },
  { name: 'listener.addr', ours: 'listenerPort', remark: 'the port; the address is JOBICO_HOST' },
  { name: 'ctl.addr', ours: 'ctlPort', remark: 'the port; the address is JOBICO_HOST' },
  { name: 'executor.addr', ours: 'executorPort', remark: 'the port; the address is JOBICO_HOST' },
  { name: 'queue.addr', ours: 'natsUrl', remark: 'queues are streams of NATS' },
  { name: 'repo.addr', ours: 'natsUrl', remark: 'files are in the object store of NATS' },
  { name: 'recorder.addr', ours: 'natsUrl', remark: 'records are in a stream of NATS' },
  { name: 'listener.host', ours: 'host' },
  { name: 'ctl.host', ours: 'natsUrl', remark: 'services find one another through NATS' },
  { name: 'executor.host', ours: 'natsUrl', remark: 'services find one another through NATS' },
  { name: 'queue.host', ours: 'natsUrl', remark: 'services find one another through NATS' },
  { name: 'repo.host', ours: 'natsUrl', remark: 'services find one another through NATS' },
  { name: 'recorder.host', ours: 'natsUrl', remark: 'services find one another through NATS' },
  { name: 'ctl.dir', ours: 'data' },
  { name: 'queue.dir', ours: 'data' },
  { name: 'repo.dir', ours: 'data' },
  { name: 'recorder.dir', ours: 'data' },
  { name: 'dial.timeout', remark: 'a module tries NATS for ten seconds at its start, and reconnects for ever after' },
  { name: 'executor.timeout', remark: 'nothing polls: events are delivered as they come' },
  { name: 'executor.delay', remark: 'nothing polls: events are delivered as they come' },
  { name: 'executor.maxproc', ours: 'maxSandboxes', remark: 'counts processes, each of one tenant' },
  { name: 'wasm.exec.timeout', remark: "it is a job's own: jobs[].timeout in its package" },
  { name: 'http.timeout.read', remark: 'a request has 20 s to arrive' },
  { name: 'http.timeout.write', remark: 'a request has 20 s to arrive' },
  { name: 'http.timeout.idle', remark: 'a request has 20 s to arrive' },
  { name: 'http.timeout.handler', remark: 'a request has 20 s to arrive' },
  { name: 'http.shutdown.timeout', ours: 'graceMs', remark: 'in milliseconds, and of running events' },
  { name: 'grpc.healthcheck.freq', remark: NO_GRPC },
  { name: 'metadata.enabled', remark: 'jobico show env shows every running module, always' },
  { name: 'log.level', ours: 'logLevel' },
  { name: 'log.file.name', ours: 'logFile' },
  { name: 'obs.enabled', remark: OWN_TELEMETRY },
  { name: 'obs.interval', remark: OWN_TELEMETRY },
  { name: 'obs.exporter.trace.grpc.host', remark: OWN_TELEMETRY },
  { name: 'obs.exporter.trace.http.host', remark: OWN_TELEMETRY },
  { name: 'obs.exporter.metrics.grpc.host', remark: OWN_TELEMETRY },
  { name: 'obs.exporter.metrics.http.host', remark: OWN_TELEMETRY },
  { name: 'obs.exporter.metrics.host.path', remark: OWN_TELEMETRY },
  { name: 'obs.metrics.host', remark: OWN_TELEMETRY },
  { name: 'obs.metrics.runtime', remark: OWN_TELEMETRY },
];
