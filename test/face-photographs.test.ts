/** @file Photographs of people through a real detector and recogniser: found, turned upright, large and near. Needs the shared data. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Embedder } from '../src/face/embedder.ts'
import { cosine } from '../src/evaluate/features.ts'
import { alignLandmarks } from '../src/image/alignment.ts'
import type { Image } from '../src/image/image.ts'
import { resize } from '../src/image/resample.ts'
import { turnImage } from '../src/image/turn.ts'
import { openEmbedder } from '../src/node/face/open-embedder.ts'
import { readPhotograph } from '../src/node/face/read-photograph.ts'

const data = process.env['COSFACE_SHARED_DATA'] ?? join(import.meta.dirname, '../../shared/data')
const found = existsSync(join(data, 'models/yunet.onnx')) && existsSync(join(data, 'photos/celeba'))

describe.skipIf(!found)(`photographs of people${found ? '' : ' (skipped: no shared data)'}`, () => {
  let embedder: Embedder
  let photographs: readonly Image[]
  beforeAll(async () => {
    embedder = await openEmbedder({
      detector: join(data, 'models/yunet.onnx'),
      model: join(data, 'models/mobilefacenet.onnx'),
      contract: { flip: 'sum' },
      faces: 'central',
    })
    const people = readdirSync(join(data, 'photos/celeba')).sort().slice(0, 4)
    photographs = await Promise.all(
      people.map(async (person) => {
        const [file = ''] = readdirSync(join(data, 'photos/celeba', person)).sort()
        return (await readPhotograph(join(data, 'photos/celeba', person, file))).image
      }),
    )
  })
  afterAll(() => embedder[Symbol.asyncDispose]())

  const embed = async (
    image: Image,
  ): Promise<{ readonly turn: number; readonly embedding: Float32Array }> => {
    const { faces, turn } = await embedder.photograph(image)
    if (faces[0] === undefined) throw new Error('no face was found')
    return { turn, embedding: faces[0].embedding }
  }
  const alike = (a: Float32Array, b: Float32Array): number => cosine(a, 0, b, 0, a.length)

  test('the same photograph twice gives cosine 1, another person far less', async () => {
    const [first, other] = photographs
    if (first === undefined || other === undefined) throw new Error('no photographs')
    const once = await embed(first)
    expect(alike(once.embedding, (await embed(first)).embedding)).toBeCloseTo(1, 6)
    expect(alike(once.embedding, (await embed(other)).embedding)).toBeLessThan(0.6)
  })

  test('a photograph turned by pixels is turned upright and gives the same embedding', async () => {
    for (const image of photographs) {
      const { embedding } = await embed(image)
      for (const turn of [1, 3] as const) {
        const lying = await embed(turnImage(image, turn))
        expect(lying.turn).toBe((4 - turn) % 4)
        expect(alike(embedding, lying.embedding)).toBeGreaterThan(0.99)
      }
    }
  })

  test('a photograph enlarged to many times the network’s side is aligned from its own pixels', async () => {
    const [image] = photographs
    const [face] = image === undefined ? [] : (await embedder.photograph(image)).faces
    if (image === undefined || face === undefined) throw new Error('no face was found')
    const times = 6
    const large = resize(image, { height: image.height * times, width: image.width * times })
    const moved = Object.fromEntries(
      Object.entries(face.landmarks).map(([name, { x, y }]) => [
        name,
        { x: (x + 0.5) * times - 0.5, y: (y + 0.5) * times - 0.5 },
      ]),
    )
    const crop = alignLandmarks(large, moved, embedder.contract.input)
    expect(alike(face.embedding, await embedder.crops([crop]))).toBeGreaterThan(0.99)
    // the network itself puts the points elsewhere at another scale, by up to a tenth of the eyes' distance
    expect(alike(face.embedding, (await embed(large)).embedding)).toBeGreaterThan(0.8)
  })
})
