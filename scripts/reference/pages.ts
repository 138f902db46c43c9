import { configurationPage } from './configuration-page.ts';
import { limitsPage } from './limits-page.ts';
import { packagePage } from './package-page.ts';

/** The pages of docs/reference/ that are made from code. */
export const REFERENCE_PAGES: Readonly<Record<string, () => string>> = {
  'configuration.md': configurationPage,
  'limits.md': limitsPage,
  'package.md': packagePage,
};
