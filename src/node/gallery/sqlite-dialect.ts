/** @file kysely's SQLite with writes that take the lock as they begin. */
import type Libsql from 'libsql'
import { type DatabaseConnection, SqliteDialect, SqliteDriver, type TransactionSettings } from 'kysely'

class ImmediateDriver extends SqliteDriver {
  readonly #database: Libsql.Database

  constructor(database: Libsql.Database) {
    super({ database })
    this.#database = database
  }

  // by `exec`: a prepared statement that libsql was refused stays in progress, and then no later commit is let through
  override async beginTransaction(
    _connection: DatabaseConnection,
    settings?: TransactionSettings,
  ): Promise<void> {
    this.#database.exec(settings?.accessMode === 'read only' ? 'begin' : 'begin immediate')
  }

  // a full disk has ended the transaction already, and a second end would hide why
  override async rollbackTransaction(): Promise<void> {
    if (this.#database.inTransaction) this.#database.exec('rollback')
  }
}

/** A transaction waits for other writers before its first statement; one that only reads waits for nobody. */
export class ImmediateDialect extends SqliteDialect {
  readonly #database: Libsql.Database

  constructor(database: Libsql.Database) {
    super({ database })
    this.#database = database
  }

  override createDriver(): SqliteDriver {
    return new ImmediateDriver(this.#database)
  }
}
