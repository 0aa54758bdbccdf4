import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Configuration } from '../../config/index.js';
import { type Envelope, signed } from './envelope.js';
import { readProvenanceFacts } from './provenance-facts.js';
import { provenance, type ProvenanceStatement, type ServiceAddresses } from './statement.js';

/** Provenance of requests. */
@Injectable()
export class Provenances {
  constructor(
    private readonly configuration: Configuration,
    private readonly dataSource: DataSource,
  ) {}

  /** The statement about a request, signed if there is a key. Throws as `readProvenanceFacts` does. */
  async about(id: number, addresses: ServiceAddresses): Promise<ProvenanceStatement | Envelope> {
    const statement = await provenance(await readProvenanceFacts(this.dataSource.manager, id), addresses);
    const { signingKey } = this.configuration.provenance;
    return signingKey === undefined ? statement : signed(statement, signingKey);
  }
}
