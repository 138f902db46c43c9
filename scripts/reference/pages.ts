import { accessPage } from './access-page.ts';
import { configurationPage } from './configuration-page.ts';
import { hostInterfacePage } from './host-interface-page.ts';
import { limitsPage } from './limits-page.ts';
import { packagePage } from './package-page.ts';

/** The pages of docs/reference/ that are made from code. */
export const REFERENCE_PAGES: Readonly<Record<string, () => string>> = {
  'access.md': accessPage,
  'configuration.md': configurationPage,
  'host-interface.md': hostInterfacePage,
  'limits.md': limitsPage,
  'package.md': packagePage,
};
