/** Name by which indexes know a project (PEP 503): lower case, runs of `-`, `_` and `.` as one `-`. */
export function indexName(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, '-');
}

/** Name under which a package is reported: its case is kept, each run of other characters than letters, digits and dots is one `-`. */
export function reportedName(name: string): string {
  return name.replace(/[^A-Za-z0-9.]+/g, '-');
}
