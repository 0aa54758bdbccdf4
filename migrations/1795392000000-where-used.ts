import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Searches of where-used are answered from indices alone: tables of members grow to tens of millions of rows. */
export class WhereUsed1795392000000 implements MigrationInterface {
  readonly name = 'WhereUsed1795392000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await replaceIndices(queryRunner, UP);
    // Uses are counted by blocks of requests: the planner must know that these are few.
    await queryRunner.query(
      `CREATE STATISTICS "st_request_package_block" ON ("request_id" / 1024) FROM "request_package"`,
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP STATISTICS "st_request_package_block"`);
    await replaceIndices(queryRunner, DOWN);
  }
}

/** Name → what follows `ON`. */
const UP = {
  ix_dependency_set_member_component: `"dependency_set_member" ("component_id", "set_id") INCLUDE ("dev", "position")`,
  ix_dependency_set_member_artifact: `"dependency_set_member" ("artifact_id", "set_id") INCLUDE ("dev", "position")
    WHERE "artifact_id" IS NOT NULL`,
  ix_request_package_set: `"request_package" ("dependency_set_id", "request_id")`,
};

const DOWN = {
  ix_dependency_set_member_component: `"dependency_set_member" ("component_id", "set_id")`,
  ix_dependency_set_member_artifact: `"dependency_set_member" ("artifact_id", "set_id")
    WHERE "artifact_id" IS NOT NULL`,
  ix_request_package_set: `"request_package" ("dependency_set_id")`,
};

async function replaceIndices(queryRunner: QueryRunner, indices: Record<string, string>): Promise<void> {
  for (const [name, definition] of Object.entries(indices)) {
    await queryRunner.query(`DROP INDEX "${name}"`);
    await queryRunner.query(`CREATE INDEX "${name}" ON ${definition}`);
  }
}
