import { RequestBuildRequirementsEntity } from './build-requirements.entity.js';
import { RequestConfigurationFileEntity } from './configuration-file.entity.js';
import { RequestEntity } from './request.entity.js';
import {
  IdempotencyKeyEntity,
  RequestErrorEntity,
  RequestPackageEntity,
  RequestProgressEntity,
  RequestStateEntity,
} from './request-history.entities.js';
import { RequestVariableTemplateEntity } from './variable-template.entity.js';
import {
  ConfigFileEntity,
  EnvironmentVariableEntity,
  FlagEntity,
  PackageManagerEntity,
  UserEntity,
} from './vocabulary.entities.js';

export { ConfigFileEntity, EnvironmentVariableEntity, FlagEntity, PackageManagerEntity, RequestEntity, UserEntity };

/** Every entity of this room, for the module. */
export const REQUEST_ENTITIES = [
  UserEntity,
  PackageManagerEntity,
  FlagEntity,
  EnvironmentVariableEntity,
  ConfigFileEntity,
  RequestEntity,
  RequestStateEntity,
  RequestErrorEntity,
  RequestProgressEntity,
  RequestPackageEntity,
  RequestConfigurationFileEntity,
  RequestVariableTemplateEntity,
  RequestBuildRequirementsEntity,
  IdempotencyKeyEntity,
];
