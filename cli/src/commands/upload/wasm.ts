import { UploadCommand } from '../../upload-command.ts';

export default class UploadWasm extends UploadCommand {
  static override summary = 'Store a component in the file repository of a tenant.';
  static override description = 'It is checked first; a package refers to it as `moduleref`.';
  static override examples = ['<%= config.bin %> <%= command.id %> acme price-order.wasm build/price-order.wasm'];

  protected readonly kind = 'wasm';
}
