import { createHash } from 'node:crypto';
import type { ArtifactEvidence } from '../../../dependencies/index.js';
import { allOf, declaredLicenses } from '../archived-files.js';

/** A licence that is not on the SPDX list (clause 10). */
export interface ExtractedLicense {
  licenseId: string;
  extractedText: string;
  comment?: string;
}

const NOT_READ = 'A package names this licence; its text was not read.';

/** The licences of a document's packages, as expressions, and those among them that the document has to define. */
export class DocumentLicenses {
  private readonly extracted = new Map<string, ExtractedLicense>();

  /** `licenseDeclared` (clause 7.15) of the files of a package. */
  declaredBy(artifacts: readonly ArtifactEvidence[]): string {
    const { expressions, texts } = declaredLicenses(artifacts);
    const all = [...expressions.map((each) => this.defined(each)), ...texts.map((each) => this.defineText(each))];
    return all.length === 0 ? 'NOASSERTION' : allOf(all);
  }

  /** In the order in which the packages name them. */
  get all(): ExtractedLicense[] {
    return [...this.extracted.values()];
  }

  /** An expression may name licences that its author defined. Other documents that it refers to are not here. */
  private defined(expression: string): string {
    if (expression.includes('DocumentRef-')) return this.defineText(expression);
    for (const [licenseId] of expression.matchAll(/LicenseRef-[A-Za-z0-9.-]+/g)) {
      if (this.extracted.has(licenseId)) continue;
      this.extracted.set(licenseId, { licenseId, extractedText: 'NOASSERTION', comment: NOT_READ });
    }
    return expression;
  }

  private defineText(extractedText: string): string {
    const licenseId = `LicenseRef-Declared-${createHash('sha256').update(extractedText).digest('hex').slice(0, 32)}`;
    this.extracted.set(licenseId, { licenseId, extractedText });
    return licenseId;
  }
}
