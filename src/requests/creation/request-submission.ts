import { ForbiddenException, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Caller } from '../../auth/index.js';
import { Configuration } from '../../config/index.js';
import { AddressPolicy } from '../../download/index.js';
import { ValidationError } from '../../errors/index.js';
import { quote, ResourceNotFound } from '../../http/index.js';
import type { CreateRequestBody } from '../dto/create-request.dto.js';
import { checkInputs, defaultManagers, type RequestInputs } from '../rules/request-inputs.js';
import { RequestVisibility } from '../visibility/request-visibility.js';
import { IdempotencyKey } from './idempotency-keys.js';
import { RequestCreation, type Requester } from './request-creation.js';
import { readInputs } from './stored-inputs.js';

/** Takes what a caller posts, checks what its shape does not tell, and creates the request. */
@Injectable()
export class RequestSubmission {
  constructor(
    private readonly configuration: Configuration,
    private readonly addresses: AddressPolicy,
    private readonly dataSource: DataSource,
    private readonly creation: RequestCreation,
    private readonly visibility: RequestVisibility,
  ) {}

  /**
   * Creates a request; a known `Idempotency-Key` gives the request that it has made. Nothing is stored for a bad one.
   */
  async submit(
    body: CreateRequestBody,
    caller: Caller,
    key: string | undefined,
  ): Promise<{ id: number; created: boolean }> {
    const requester = this.requesterOf(body.user, caller);
    const inputs = this.inputsOf(body);
    this.check(inputs, caller);
    const idempotency = key === undefined ? undefined : new IdempotencyKey(caller.username, checkedKey(key), body);
    return this.creation.create(inputs, requester, idempotency);
  }

  /**
   * Creates a request with the inputs of another one: it may use the archive only when `offline`, and else asks for
   * the version tags anew.
   */
  async resubmit(id: number, offline: boolean, caller: Caller): Promise<number> {
    const stored = await readInputs(this.dataSource, id);
    if (stored === undefined) throw new ResourceNotFound();
    const inputs = { ...stored, offline, refreshTags: !offline };
    this.check(inputs, caller);
    const created = await this.creation.create(inputs, { user: caller.username, submittedBy: undefined });
    return created.id;
  }

  private check(inputs: RequestInputs, caller: Caller): void {
    checkInputs(inputs, this.configuration.requests, this.addresses);
    this.visibility.checkSubmission(inputs.repo, caller);
  }

  private inputsOf(body: CreateRequestBody): RequestInputs {
    const { requests } = this.configuration;
    return {
      repo: body.repo,
      ref: body.ref,
      packageManagers: [...new Set(body.pkg_managers ?? defaultManagers(requests))],
      packages: body.packages ?? {},
      flags: [...new Set(body.flags ?? [])],
      replacements: (body.dependency_replacements ?? []).map(({ name, type, version, new_name }) => ({
        name,
        type,
        version,
        ...(new_name === undefined ? {} : { new_name }),
      })),
      labels: body.labels !== undefined && Object.keys(body.labels).length > 0 ? body.labels : undefined,
      offline: false,
      refreshTags: false,
    };
  }

  /** A representative may post for others. */
  private requesterOf(user: string | undefined, caller: Caller): Requester {
    if (user === undefined || user === '') return { user: caller.username, submittedBy: undefined };
    if (caller.username === undefined) throw new ValidationError('user must not be given by an anonymous caller');
    if (!caller.roles.has('representative')) {
      throw new ForbiddenException(`${quote(caller.username)} may not submit requests on behalf of others`);
    }
    return { user, submittedBy: caller.username };
  }
}

function checkedKey(key: string): string {
  if (/^[\x21-\x7e]{1,255}$/.test(key)) return key;
  throw new ValidationError(
    `The Idempotency-Key ${quote(key)} is not valid: it must be 1 to 255 visible ASCII characters, given once`,
  );
}
