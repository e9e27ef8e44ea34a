/** @file `cosface data lfw` against a server of our own; nothing goes outside. */
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cli, type CliEnd } from './cli-in-process.ts'

const shared =
  process.env['COSFACE_SHARED_DATA'] ?? fileURLToPath(new URL('../../shared/data', import.meta.url))
const lists = ['people.txt', 'peopleDevTrain.txt', 'peopleDevTest.txt']
const hasLists = lists.every((name) => existsSync(join(shared, name)))

let folder = ''
let server: Server
let base = ''
let asked = 0

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'data-fetch-'))
  server = createServer((from, to) => {
    asked++
    readFile(join(shared, basename(from.url ?? ''))).then(
      (bytes) => to.end(bytes),
      () => to.end('something else'),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  base = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/lfw`
})

afterAll(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  await rm(folder, { recursive: true, force: true })
})

const dataLfw = (...argv: string[]): Promise<CliEnd> => cli('data', 'lfw', '--base-url', base, ...argv)

describe('cosface data lfw', () => {
  it('prints the terms, and fetches nothing before they are accepted', async () => {
    const { code, err } = await dataLfw('--out', join(folder, 'a'))
    expect(code).toBe(2)
    expect(err).toContain('the set states no licence')
    expect(err).toContain('Expected --accept-terms once the terms above are read')
    expect(asked).toBe(0)
    expect(existsSync(join(folder, 'a'))).toBe(false)
  })

  it('refuses a part that is none, and another kind of address', async () => {
    expect(await dataLfw('--accept-terms', '--parts', 'pears')).toMatchObject({
      code: 2,
      err: expect.stringContaining('(did you mean pairs?)') as unknown,
    })
    const { code, err } = await cli('data', 'lfw', '--accept-terms', '--base-url', 'file:///etc')
    expect([code, err.split('\n').at(-2)]).toEqual([
      2,
      'cosface: Expected an address that begins with http:// or https://, got "file:///etc"',
    ])
  })

  it('keeps nothing that is not the published file', async () => {
    const out = join(folder, 'b')
    const { code, err } = await dataLfw('--accept-terms', '--parts', 'pairs', '--out', out)
    expect(code).toBe(1)
    expect(err).toContain('is not the file, so it was removed: expected the sha256 ea42330c')
    expect(existsSync(out)).toBe(false)
  })

  it.skipIf(!hasLists)('fetches the lists of people (skipped where the shared data is missing)', async () => {
    const out = join(folder, 'c')
    const before = asked
    const first = await dataLfw('--accept-terms', '--parts', 'people', '--out', out, '--json')
    expect(first.code).toBe(0)
    expect(JSON.parse(first.out)).toMatchObject({
      schema: 'cosface-data-fetch/1',
      set: 'lfw',
      files: lists.map((name) => ({ name })),
    })
    expect((await readdir(out)).length).toBe(4)
    expect((await dataLfw('--accept-terms', '--parts', 'people', '--out', out)).err).toContain(
      'people.txt is there already',
    )
    expect(asked - before).toBe(3)
  })
})
