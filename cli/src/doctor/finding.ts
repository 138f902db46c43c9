export const SEVERITIES = ['error', 'warning', 'info', 'ok'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** What a check has found, and what to do about it. */
export interface Finding {
  /** Which check: `node`, `memory`, `nats-version`, … */
  check: string;
  severity: Severity;
  message: string;
  /** What to do, unless all is well. */
  fix?: string;
}

export const ok = (check: string, message: string): Finding => ({ check, severity: 'ok', message });

export const finding = (severity: Severity, check: string, message: string, fix: string): Finding => ({
  check,
  severity,
  message,
  fix,
});
