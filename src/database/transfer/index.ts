export { readArchive, writeArchive } from './archive.js';
export { exportDatabase } from './export-database.js';
export { importDatabase, type TransferReport } from './import-database.js';
