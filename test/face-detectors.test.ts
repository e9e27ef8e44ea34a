/** @file Every detector's decoding against an independent one, and what holds for detectors of any kind. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { alignmentNames } from '../src/image/alignment.ts'
import { withoutDoubles } from '../src/face/detectors/doubles.ts'
import type { Candidate, DetectorPorts } from '../src/face/detectors/record.ts'
import { detectorRecords, recogniseDetector } from '../src/face/detectors/registry.ts'
import type { OnnxPort } from '../src/onnx/model.ts'
import { uniform } from './golden/numbers.ts'

const faceSchema = z.object({
  anchor: z.int(),
  score: z.number(),
  box: z.array(z.number()),
  points: z.array(z.number()),
})
const golden = z
  .record(
    z.string(),
    z.object({ height: z.int(), width: z.int(), threshold: z.number(), found: z.array(faceSchema) }),
  )
  .parse(JSON.parse(readFileSync(join(import.meta.dirname, 'golden/detectors.json'), 'utf8')))

const port = (name: string, ...shape: (number | string)[]): OnnxPort => ({ name, dtype: 'float32', shape })
const planes = (height: number, width: number): OnnxPort => port('input', 1, 3, height, width)

/** An output, and its made-up numbers. */
interface MadeOutput {
  readonly port: OnnxPort
  readonly values: Float32Array
}

const made = (
  kind: string,
  name: string,
  rows: number,
  depth: number,
  amplitude = 1,
  offset = 0,
): MadeOutput => ({
  port: port(name, 1, rows, depth),
  values: uniform(`${kind} ${name}`, rows * depth, amplitude, offset),
})

const cells = (height: number, width: number, stride: number): number =>
  Math.ceil(height / stride) * Math.ceil(width / stride)

/** What a file of each kind declares, with numbers to decode, in the file's order. */
const madeFiles: Readonly<
  Record<string, { readonly input: OnnxPort; readonly outputs: readonly MadeOutput[] }>
> = {
  yunet: {
    input: planes(64, 96),
    outputs: ['cls', 'obj', 'bbox', 'kps'].flatMap((part) =>
      [8, 16, 32].map((stride) => {
        const rows = cells(64, 96, stride)
        if (part === 'bbox') return made('yunet', `${part}_${stride}`, rows, 4)
        if (part === 'kps') return made('yunet', `${part}_${stride}`, rows, 10)
        return made('yunet', `${part}_${stride}`, rows, 1, 0.5, 0.5)
      }),
    ),
  },
  blazeface: {
    input: port('input:0', 1, 128, 128, 3),
    outputs: [
      made('blazeface', 'score_16', 512, 1, 8),
      made('blazeface', 'score_8', 384, 1, 8),
      made('blazeface', 'rows_16', 512, 16, 30),
      made('blazeface', 'rows_8', 384, 16, 30),
    ],
  },
  ultraface: {
    input: planes(48, 64),
    outputs: [made('ultraface', 'scores', 97, 2, 0.5, 0.5), made('ultraface', 'boxes', 97, 4, 0.5, 0.5)],
  },
  scrfd: {
    input: planes(64, 96),
    outputs: [
      ...[8, 16, 32].map((s) => made('scrfd', `score_${s}`, 2 * cells(64, 96, s), 1, 0.5, 0.5)),
      ...[8, 16, 32].map((s) => made('scrfd', `bbox_${s}`, 2 * cells(64, 96, s), 4, 2, 2)),
      ...[8, 16, 32].map((s) => made('scrfd', `kps_${s}`, 2 * cells(64, 96, s), 10, 2)),
    ],
  },
  retinaface: {
    input: planes(64, 96),
    outputs: [
      made('retinaface', 'loc', 252, 4, 2),
      made('retinaface', 'conf', 252, 2, 0.5, 0.5),
      made('retinaface', 'landms', 252, 10, 5),
    ],
  },
}

const portsOf = (kind: string): DetectorPorts => {
  const file = madeFiles[kind]
  if (file === undefined) throw new Error(`no made-up file of ${kind}`)
  return { inputs: [file.input], outputs: file.outputs.map((output) => output.port) }
}

describe.each(detectorRecords.map((record) => [record.name, record] as const))('%s', (name, record) => {
  test('is told from its inputs and outputs alone, whatever their order', () => {
    expect(recogniseDetector(portsOf(name))?.record.name).toBe(name)
    for (const other of detectorRecords)
      expect(other.recognise(portsOf(name)) !== undefined, `${other.name} takes files of ${name}`).toBe(
        other === record,
      )
  })

  test('decodes made-up outputs as scripts/oracles/detectors.py does', () => {
    const wanted = golden[name]
    const form = record.recognise(portsOf(name))
    if (wanted === undefined || form === undefined) throw new Error('nothing to compare')
    const outputs = form.outputs.map(
      (output) =>
        madeFiles[name]?.outputs.find((one) => one.port.name === output)?.values ?? new Float32Array(0),
    )
    const found = form.decode(outputs, { height: wanted.height, width: wanted.width }, wanted.threshold)
    expect(found).toHaveLength(wanted.found.length)
    expect(found.length).toBeGreaterThan(5)
    found.forEach((candidate, index) => {
      const face = wanted.found[index]
      expect(candidate.score).toBeCloseTo(face?.score ?? NaN, 5)
      const { left, top, right, bottom } = candidate
      ;[left, top, right, bottom].forEach((edge, i) => expect(edge).toBeCloseTo(face?.box[i] ?? NaN, 3))
      expect(candidate.points).toHaveLength(record.landmarks.length)
      candidate.points.forEach(({ x, y }, i) => {
        expect(x).toBeCloseTo(face?.points[2 * i] ?? NaN, 3)
        expect(y).toBeCloseTo(face?.points[2 * i + 1] ?? NaN, 3)
      })
    })
  })

  test('says what it is, and keeps its numbers in range', () => {
    expect(record.source.length).toBeGreaterThan(10)
    expect(record.threshold).toBeGreaterThan(0)
    expect(record.weak).toBeGreaterThan(record.threshold)
    expect(record.weak).toBeLessThan(1)
    expect(record.overlap).toBeGreaterThan(0)
    expect(record.overlap).toBeLessThan(1)
    const known = [...alignmentNames, 'mouth', 'leftEar', 'rightEar']
    expect(record.landmarks.filter((one) => !known.includes(one))).toEqual([])
  })
})

describe('doubles', () => {
  const at = (x: number, score: number): Candidate => ({
    left: x,
    top: 0,
    right: x + 10,
    bottom: 10,
    score,
    points: [{ x, y: 0 }],
  })

  test('leave the best of what overlaps, in any order', () => {
    const candidates = [at(0, 0.7), at(2, 0.9), at(30, 0.8), at(31, 0.6)]
    for (const order of [candidates, candidates.toReversed()]) {
      const kept = withoutDoubles(order, { overlap: 0.3, doubles: 'best' })
      expect(kept.map(({ left, score }) => [left, score])).toEqual([
        [2, 0.9],
        [30, 0.8],
      ])
    }
  })

  test('are averaged by score where the kind wants that', () => {
    const [kept] = withoutDoubles([at(0, 0.5), at(3, 1)], { overlap: 0.3, doubles: 'mean' })
    expect(kept?.left).toBeCloseTo(2)
    expect(kept?.points[0]?.x).toBeCloseTo(2)
    expect(kept?.score).toBe(1)
  })

  test('do not swallow neighbours that overlap less', () => {
    expect(withoutDoubles([at(0, 0.9), at(8, 0.8)], { overlap: 0.3, doubles: 'best' })).toHaveLength(2)
  })
})

test('anything else is no detector', () => {
  const recogniser = { inputs: [planes(112, 112)], outputs: [port('output', 1, 512)] }
  expect(recogniseDetector(recogniser)).toBeUndefined()
})
