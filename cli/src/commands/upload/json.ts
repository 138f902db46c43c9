import { UploadCommand } from '../../upload-command.ts';

export default class UploadJson extends UploadCommand {
  static override summary = 'Store a JSON Schema in the file repository of a tenant.';
  static override description = 'It is compiled first; a package refers to it as `schemaref`.';
  static override examples = ['<%= config.bin %> <%= command.id %> acme order.json schemas/order.json'];

  protected readonly kind = 'json';
}
