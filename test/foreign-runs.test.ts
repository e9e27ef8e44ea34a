/** @file How models from elsewhere are run: images one at a time where they take no more, errors with the model's name. */
import { expect, it } from 'vitest'
import { openEmbeddingModel } from '../src/model/embedder.ts'
import type { Driver } from '../src/runtime/driver.ts'
import { foreignModel } from './bad-input-model.ts'

const perImage = 3 * 32 * 32
const numbers = 16

/** A runtime that runs `most` images at once and counts them. */
const runtime = (most: number, asked: number[] = []): Pick<Driver, 'load'> => ({
  load: async () => ({
    run: async ([pixels]) => {
      if (!(pixels instanceof Float32Array)) throw new Error('no pixels')
      const count = pixels.length / perImage
      asked.push(count)
      if (count > most) throw new Error('Reshape node: the input cannot be reshaped')
      return [
        Float32Array.from(
          { length: count * numbers },
          (_, i) => (pixels[Math.floor(i / numbers) * perImage] ?? NaN) + (i % numbers),
        ),
      ]
    },
    [Symbol.asyncDispose]: async () => {},
  }),
})

const open = (driver: Pick<Driver, 'load'>): ReturnType<typeof openEmbeddingModel> =>
  openEmbeddingModel(driver, foreignModel(), 'foreign.onnx', {
    device: 'cpu',
    threads: 1,
    contract: { flip: 'none' },
  })

const images = (count: number): Float32Array =>
  Float32Array.from({ length: count * perImage }, (_, i) => Math.floor(i / perImage))

it('runs images one at a time where the graph takes one, and remembers it', async () => {
  const asked: number[] = []
  await using model = await open(runtime(1, asked))
  const rows = await model.embed(images(3), 3)
  expect([...rows.subarray(0, 2), rows[numbers], rows[2 * numbers]]).toEqual([0, 1, 1, 2])
  asked.length = 0
  await model.embed(images(2), 2)
  expect(asked).toEqual([1, 1])
})

it('runs all images at once where it can', async () => {
  const asked: number[] = []
  await using model = await open(runtime(64, asked))
  await model.embed(images(5), 5)
  expect(asked).toEqual([1, 5])
})

it('names the model where the runtime refuses it', async () => {
  await expect(open(runtime(0))).rejects.toThrow(
    'foreign.onnx cannot be run: Reshape node: the input cannot be reshaped',
  )
  const refusing: Pick<Driver, 'load'> = { load: () => Promise.reject(new Error('unknown operator Foo')) }
  await expect(open(refusing)).rejects.toThrow('foreign.onnx cannot be run: unknown operator Foo')
})
