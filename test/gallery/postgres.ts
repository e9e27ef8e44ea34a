/**
 * @file A schema of its own for each gallery tested, on the server that COSFACE_TEST_POSTGRES names
 * (`.ci/postgres start FOLDER` makes a throw-away one and prints its address).
 */
import { randomBytes } from 'node:crypto'
import pg from 'pg'

const server = process.env['COSFACE_TEST_POSTGRES']

export const hasPostgres: boolean = server !== undefined && server !== ''

/** Added to a suite's title, so that it says why it was skipped. */
export const postgresNote: string = hasPostgres ? '' : ' (skipped: COSFACE_TEST_POSTGRES names no server)'

/** The address of a place without a gallery; what is made there is removed at the end. */
export function testDatabase(): AsyncDisposable & { readonly url: string } {
  const schema = `test_${randomBytes(6).toString('hex')}`
  const url = new URL(server ?? '')
  url.searchParams.set('schema', schema)
  return {
    url: url.href,
    [Symbol.asyncDispose]: async () => {
      const client = new pg.Client({ connectionString: server })
      await client.connect()
      await client.query(`drop schema if exists ${schema} cascade`)
      await client.end()
    },
  }
}
