/** @file From photographs to embeddings, with a made-up detector and recogniser whose every number is known. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openDetectionModel } from '../src/face/detector.ts'
import type { Detector } from '../src/face/detector.ts'
import { makeEmbedder } from '../src/face/embedder.ts'
import type { NamedPhotograph, PhotographResult } from '../src/face/embedder.ts'
import { findFaces } from '../src/face/find-faces.ts'
import { cosine } from '../src/evaluate/features.ts'
import { turnImage } from '../src/image/turn.ts'
import type { EmbeddingModel } from '../src/model/contract.ts'
import { openEmbeddingModel } from '../src/model/embedder.ts'
import { openDriver } from '../src/node/session/open-driver.ts'
import type { Driver } from '../src/runtime/driver.ts'
import { foreignModel } from './bad-input-model.ts'
import { madeBox, madeDetector, madePoints, markMiddle, plainPicture, withMark } from './made-detector.ts'

let driver: Driver
let detector: Detector
let model: EmbeddingModel

beforeAll(async () => {
  driver = (await openDriver()).driver
  detector = await openDetectionModel(driver, { bytes: madeDetector(), file: 'made.onnx' })
  model = await openEmbeddingModel(driver, foreignModel(), 'foreign.onnx', {
    device: 'cpu',
    threads: 1,
    contract: { flip: 'sum' },
  })
})
afterAll(() => driver[Symbol.asyncDispose]())

const names = ['leftEye', 'rightEye', 'nose', 'leftMouth', 'rightMouth'] as const

describe('finding faces', () => {
  test('puts box and landmarks where they are in the photograph', async () => {
    const { faces, turn } = await findFaces(detector, withMark(plainPicture(200, 300), 12, 9))
    expect(turn).toBe(0)
    expect(faces).toHaveLength(1)
    const middle = markMiddle(12, 9)
    names.forEach((name, index) => {
      expect(faces[0]?.landmarks[name]?.x).toBeCloseTo(middle.x + (madePoints[index]?.x ?? NaN), 3)
      expect(faces[0]?.landmarks[name]?.y).toBeCloseTo(middle.y + (madePoints[index]?.y ?? NaN), 3)
    })
    expect(faces[0]?.score).toBeCloseTo(1, 4)
    // the box lies around the red square's middle, its edges half a pixel further
    expect(faces[0]?.box.x).toBeCloseTo(middle.x + 0.5 - madeBox.width / 2, 3)
    expect(faces[0]?.box.width).toBeCloseTo(madeBox.width, 3)
  })

  test('tells a turned photograph by its faces, and keeps to the pixels it was given', async () => {
    const picture = withMark(plainPicture(192, 256), 12, 9)
    const upright = await findFaces(detector, picture)
    for (const turn of [1, 2, 3] as const) {
      const lying = turnImage(picture, turn)
      const found = await findFaces(detector, lying)
      expect(found.turn).toBe((4 - turn) % 4)
      const eye = upright.faces[0]?.landmarks.leftEye ?? { x: NaN, y: NaN }
      const [x, y] =
        turn === 1 ? [191 - eye.y, eye.x] : turn === 2 ? [255 - eye.x, 191 - eye.y] : [eye.y, 255 - eye.x]
      expect(found.faces[0]?.landmarks.leftEye?.x).toBeCloseTo(x, 2)
      expect(found.faces[0]?.landmarks.leftEye?.y).toBeCloseTo(y, 2)
      // a photograph that says which way is up is believed
      expect((await findFaces(detector, lying, {}, { isOriented: true })).faces).toEqual([])
      expect((await findFaces(detector, lying, { turns: 'never' })).faces).toEqual([])
    }
  })

  test('takes all faces, the largest or the most central', async () => {
    const picture = withMark(withMark(plainPicture(256, 512), 8, 8), 30, 16)
    expect((await findFaces(detector, picture)).faces).toHaveLength(2)
    const { faces } = await findFaces(detector, picture, { faces: 'central' })
    expect(faces).toHaveLength(1)
    expect(faces[0]?.landmarks.nose?.x).toBeCloseTo(markMiddle(30, 16).x, 2)
    expect((await findFaces(detector, picture, { faces: 'largest' })).faces).toHaveLength(1)
  })

  test('finds in tiles what is too small in a large photograph', async () => {
    const picture = withMark(plainPicture(1400, 2000), 200, 60)
    expect((await findFaces(detector, picture)).faces).toEqual([])
    const { faces } = await findFaces(detector, picture, { tiles: true })
    expect(faces.map(({ landmarks }) => Math.round(landmarks.nose?.x ?? NaN))).toEqual([
      Math.round(markMiddle(200, 60).x),
    ])
  })
})

describe('embedding photographs', () => {
  test('gives unit embeddings, the same for the same photograph however it comes', async () => {
    const embedder = makeEmbedder({ detector, model, reject: false })
    const picture = withMark(plainPicture(192, 256), 12, 9)
    const [once] = (await embedder.photograph(picture)).faces
    const [again] = (await embedder.photograph(picture)).faces
    const [lying] = (await embedder.photograph(turnImage(picture, 1))).faces
    if (once === undefined || again === undefined || lying === undefined) throw new Error('no face')
    expect(Math.hypot(...once.embedding)).toBeCloseTo(1, 5)
    const size = model.contract.templateSize
    expect(cosine(once.embedding, 0, again.embedding, 0, size)).toBe(1)
    expect(cosine(once.embedding, 0, lying.embedding, 0, size)).toBeGreaterThan(0.999)
    expect(embedder.origin).toEqual({
      model: model.contract.id,
      detector: detector.id,
      aligner: 'umeyama-bilinear/1',
      flip: 'sum',
      size,
    })
    // aligning and embedding by hand gives the same
    const rows = await embedder.crops([once.crop])
    expect(cosine(once.embedding, 0, rows, 0, size)).toBeCloseTo(1, 6)
  })

  test('passes through many photographs holding a bounded number of them', async () => {
    const embedder = makeEmbedder({ detector, model, reject: false, batch: 8 })
    const [marked, plain] = [withMark(plainPicture(128, 128), 8, 7), plainPicture(64, 64)]
    let given = 0
    let taken = 0
    let held = 0
    const total = 300
    const source = function* (): Generator<NamedPhotograph> {
      for (; given < total; given++) {
        held = Math.max(held, given - taken)
        const name = `p${given}`
        if (given % 50 === 7) yield { name, unreadable: 'is empty' }
        else yield { name, image: given % 3 === 0 ? marked : plain, isOriented: true }
      }
    }
    const results: PhotographResult[] = []
    for await (const result of embedder.photographs(source())) {
      taken++
      results.push(result)
    }
    expect(results.map(({ name }) => name)).toEqual(Array.from({ length: total }, (_, i) => `p${i}`))
    expect(results.filter(({ unreadable }) => unreadable !== undefined)).toHaveLength(total / 50)
    expect(
      results.every(
        (one) =>
          one.unreadable !== undefined || one.faces.length === (Number(one.name.slice(1)) % 3 === 0 ? 1 : 0),
      ),
    ).toBe(true)
    // four batches at most
    expect(held).toBeLessThanOrEqual(4 * 8 + 1)
  })
})

test('a recogniser given as detector is told from one', async () => {
  await expect(openDetectionModel(driver, { bytes: foreignModel(), file: 'arc.onnx' })).rejects.toThrow(
    'arc.onnx is no face detector: it looks like a recogniser',
  )
})
