import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { FormatError } from '../../base/errors.ts'
import { encodeSafetensors } from '../../tensor/safetensors.ts'
import { openWeights } from './weights-file.ts'

const torch = (name: string): string =>
  fileURLToPath(new URL(`../../../test/golden/torch/${name}`, import.meta.url))

it('opens checkpoints and safetensors alike', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'weights-'))
  try {
    await using zip = await openWeights(torch('tensors-zip.pth'))
    const slice = await zip.tensors.get('slice')?.read()
    expect([...(slice?.data ?? [])]).toEqual([1, 1.125, 1.25, 1.75, 1.875, 2])
    const path = join(folder, 'w.safetensors')
    const weights = new Map([['a.weight', { shape: [1, 2], data: Float32Array.of(1, 2) }]])
    await writeFile(path, encodeSafetensors(weights))
    await using safe = await openWeights(path)
    expect(await safe.tensors.get('a.weight')?.read()).toEqual({ shape: [1, 2], data: Float32Array.of(1, 2) })
    await writeFile(path, '')
    await expect(openWeights(path)).rejects.toThrow(FormatError)
    await expect(openWeights(torch('hostile-zip.pth'))).rejects.toThrow('`posix system`')
    await expect(openWeights(folder)).rejects.toThrow('got a folder')
  } finally {
    await rm(folder, { recursive: true })
  }
})
