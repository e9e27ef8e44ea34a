/** @file A folder of people one can tell apart, and models that do. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll } from 'vitest'
import { random } from '../src/base/random.ts'
import { input, matmul, reshape } from '../src/graph/ops.ts'
import { makeBundle } from '../src/model/bundle.ts'
import { withMetadata } from '../src/onnx/decode.ts'

const side = 16

/** A random projection of 16×16 pixels to `numbers`: similar pictures have similar embeddings; another seed is another model. */
export function projection(seed: number, numbers = 24): Uint8Array {
  const stream = random(seed, 'projection')
  const size = 3 * side * side
  const data = Float32Array.from({ length: size * numbers }, () => stream.normal())
  const pixels = input('pixels', [1, 3, side, side])
  return makeBundle({
    graph: {
      name: 'projection',
      outputs: { embedding: matmul(reshape(pixels, [1, size]), input('w', [size, numbers])) },
    },
    weights: new Map([['w', { shape: [size, numbers], data }]]),
    contract: { channels: 'rgb', mean: 127.5, std: 128, flip: 'concat' },
  }).bytes
}

/** A PNG of 16×16: a pattern of the person's own, and noise of so many grey levels. */
export function picture(person: number, image: number, strength = 55): Promise<Buffer> {
  const [pattern, noise] = [random(2, 'pattern', person), random(2, 'noise', person, image)]
  const pixels = Buffer.from(
    Array.from({ length: side * side * 3 }, () => {
      const value = 128 + 40 * pattern.normal() + strength * noise.normal()
      return Math.min(255, Math.max(0, Math.round(value)))
    }),
  )
  return sharp(pixels, { raw: { width: side, height: side, channels: 3 } })
    .png()
    .toBuffer()
}

/** Name of a person, from 0. */
export const personName = (person: number): string => `P${String(person).padStart(2, '0')}`

/** Draws 24 people, `images` each, as `folder/P00/P00_0001.png` and so on. */
export async function drawPeople(folder: string, images: number, strength?: number): Promise<void> {
  for (let person = 0; person < 24; person++) {
    const name = personName(person)
    mkdirSync(join(folder, name), { recursive: true })
    for (let image = 1; image <= images; image++)
      writeFileSync(join(folder, name, `${name}_000${image}.png`), await picture(person, image, strength))
  }
}

export interface EvaluateFixture {
  readonly root: string
  readonly at: (...parts: readonly string[]) => string
  readonly file: (name: string, content: string | Uint8Array) => string
  /** LFW's format: ten folds, each of two people's pairs and as many of different people. */
  readonly pairs: () => string
}

/** Draws `faces` (24 people, 4 images each), writes `model.onnx`, `other.onnx` and `foreign.onnx`; all is taken away after the tests. */
export function evaluateFixture(): EvaluateFixture {
  const root = mkdtempSync(join(tmpdir(), 'cosface-protocols-'))
  const at = (...parts: readonly string[]): string => join(root, ...parts)
  const file = (name: string, content: string | Uint8Array): string => {
    mkdirSync(dirname(at(name)), { recursive: true })
    writeFileSync(at(name), content)
    return at(name)
  }
  const pairs = (): string => {
    const lines = Array.from({ length: 10 }, (_, fold) => {
      const [a, b] = [personName(2 * fold), personName(2 * fold + 1)]
      return [`${a}\t1\t2`, `${b}\t3\t4`, `${a}\t1\t${b}\t2`, `${a}\t3\t${b}\t1`].join('\n')
    })
    return file('pairs.txt', `10\t2\n${lines.join('\n')}\n`)
  }
  beforeAll(async () => {
    await drawPeople(at('faces'), 4)
    file('model.onnx', projection(1))
    file('other.onnx', projection(9))
    file('foreign.onnx', withMetadata(projection(1), {}, 'foreign'))
  })
  afterAll(() => {
    rmSync(root, { recursive: true, force: true })
  })
  return { root, at, file, pairs }
}
