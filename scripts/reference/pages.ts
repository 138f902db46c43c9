import { accessPage } from './access-page.ts';
import { configurationPage } from './configuration-page.ts';
import { errorsPage } from './errors-page.ts';
import { httpApiPage } from './http-api-page.ts';
import { hostInterfacePage } from './host-interface-page.ts';
import { limitsPage } from './limits-page.ts';
import { metricsPage } from './metrics-page.ts';
import { packagePage } from './package-page.ts';

/** The pages of docs/reference/ that are made from code. */
export const REFERENCE_PAGES: Readonly<Record<string, () => string>> = {
  'access.md': accessPage,
  'configuration.md': configurationPage,
  'errors.md': errorsPage,
  'http-api.md': httpApiPage,
  'host-interface.md': hostInterfacePage,
  'limits.md': limitsPage,
  'metrics.md': metricsPage,
  'package.md': packagePage,
};
