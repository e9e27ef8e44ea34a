/** @file Detector, aligner and recogniser in a real browser: the same pixels give what Node gives. */
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { openDetectionModel } from '../src/face/detector.ts'
import { makeEmbedder } from '../src/face/embedder.ts'
import type { Image } from '../src/image/image.ts'
import { openEmbeddingModel } from '../src/model/embedder.ts'
import type { ContractOptions } from '../src/model/foreign.ts'
import { readPhotograph } from '../src/node/face/read-photograph.ts'
import { openDriver } from '../src/node/session/open-driver.ts'
import { foreignModel } from './bad-input-model.ts'
import { executable, openPage, type OpenedPage } from './browser-page.ts'
import { madeDetector, plainPicture, withMark } from './made-detector.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const data = process.env['COSFACE_SHARED_DATA'] ?? path.join(root, '../shared/data')
const photograph = path.join(data, 'photos/celeba/7201/001085.jpg')
const hasData = existsSync(photograph)

const page = `
  import { openEmbedder, pixelsOf } from ${JSON.stringify(path.join(root, 'dist/web/index.js'))}
  globalThis.embed = async (picture, height, width, detector, model, contract) => {
    const raw = new Uint8ClampedArray(await (await fetch(picture)).arrayBuffer())
    const bitmap = await createImageBitmap(new ImageData(raw, width, height))
    const frame = new VideoFrame(bitmap, { timestamp: 0 })
    const embedder = await openEmbedder({ detector, model, contract, reject: false })
    const { faces } = await embedder.photograph(pixelsOf(bitmap))
    const framed = await embedder.photograph(pixelsOf(frame))
    frame.close()
    const { origin } = embedder
    await embedder[Symbol.asyncDispose]()
    const of = ({ embedding, landmarks, box }) => ({ embedding: [...embedding], nose: landmarks.nose, box })
    return { origin, faces: faces.map(of), framed: framed.faces.map(of) }
  }
  globalThis.refusal = (detector, model) =>
    openEmbedder({ detector, model }).then(() => '', (error) => error.message)
`

const faceSchema = z.object({
  embedding: z.array(z.number()),
  nose: z.object({ x: z.number(), y: z.number() }),
})
const answerSchema = z.object({
  origin: z.record(z.string(), z.unknown()),
  faces: z.array(faceSchema),
  framed: z.array(faceSchema),
})

const withAlpha = ({ data: three, height, width }: Image): Uint8Array => {
  const four = new Uint8Array(height * width * 4).fill(255)
  for (let pixel = 0; pixel < height * width; pixel++)
    four.set(three.subarray(3 * pixel, 3 * pixel + 3), 4 * pixel)
  return four
}

const cosine = (a: readonly number[], b: Float32Array): number =>
  b.reduce((sum, value, i) => sum + value * (a[i] ?? NaN), 0)

describe.skipIf(executable === undefined)('in a browser (skipped where no Chromium is installed)', () => {
  let opened: OpenedPage
  let tab: Page
  const made = withMark(plainPicture(160, 192), 12, 9)
  let real: Image | undefined
  beforeAll(async () => {
    real = hasData ? (await readPhotograph(photograph)).image : undefined
    opened = await openPage(page, {
      'detector.onnx': madeDetector(),
      'recogniser.onnx': foreignModel(),
      'made.rgba': withAlpha(made),
      ...(real === undefined
        ? {}
        : {
            'real.rgba': withAlpha(real),
            'yunet.onnx': readFileSync(path.join(data, 'models/yunet.onnx')),
            'mobilefacenet.onnx': readFileSync(path.join(data, 'models/mobilefacenet.onnx')),
          }),
    })
    tab = opened.tab
  })
  afterAll(() => opened.close())

  const compare = async (
    image: Image,
    files: readonly [picture: string, detector: Uint8Array, model: Uint8Array],
    addresses: readonly [detector: string, model: string],
    contract: ContractOptions,
  ): Promise<void> => {
    const [picture, detectorBytes, modelBytes] = files
    const call = [picture, image.height, image.width, ...addresses, contract].map((one) =>
      JSON.stringify(one),
    )
    const answer = answerSchema.parse(await tab.evaluate(`embed(${call.join(', ')})`))
    const { driver } = await openDriver()
    await using _ = driver
    await using embedder = makeEmbedder({
      detector: await openDetectionModel(driver, { bytes: detectorBytes, file: addresses[0] }),
      model: await openEmbeddingModel(driver, modelBytes, addresses[1], {
        device: 'cpu',
        threads: 1,
        contract,
      }),
      reject: false,
    })
    const { faces } = await embedder.photograph(image)
    expect(answer.origin).toEqual(embedder.origin)
    expect(answer.faces).toHaveLength(faces.length)
    expect(faces.length).toBeGreaterThan(0)
    for (const [index, face] of faces.entries()) {
      const there = answer.faces[index]
      expect(Math.abs(1 - cosine(there?.embedding ?? [], face.embedding))).toBeLessThan(1e-3)
      expect(there?.nose.x).toBeCloseTo(face.landmarks.nose?.x ?? NaN, 1)
      // a frame of a video may keep its colours at half the resolution
      expect(cosine(answer.framed[index]?.embedding ?? [], face.embedding)).toBeGreaterThan(0.95)
    }
  }

  test('a made-up face has the embedding that Node gives it, within 1e-3 in cosine', async () => {
    await compare(made, ['made.rgba', madeDetector(), foreignModel()], ['detector.onnx', 'recogniser.onnx'], {
      flip: 'sum',
    })
  })

  test.skipIf(!hasData)(`a photograph, too${hasData ? '' : ' (skipped: no shared data)'}`, async () => {
    if (real === undefined) return
    await compare(
      real,
      [
        'real.rgba',
        readFileSync(path.join(data, 'models/yunet.onnx')),
        readFileSync(path.join(data, 'models/mobilefacenet.onnx')),
      ],
      ['yunet.onnx', 'mobilefacenet.onnx'],
      { flip: 'sum' },
    )
  })

  test('a model that is not there, or is no detector, is refused in a sentence', async () => {
    expect(await tab.evaluate(`refusal('none.onnx', 'recogniser.onnx')`)).toMatch(
      /does not say how images enter/,
    )
    expect(await tab.evaluate(`refusal('detector.onnx', 'none.onnx')`)).toBe(
      'none.onnx cannot be fetched (404)',
    )
  })
})
