/** @file SCRFD: distances from grid points to a box's four sides, in strides; with five points or without. */
import { alignmentNames } from '../../image/alignment.ts'
import { pointsAt } from './points.ts'
import { namesOfLength, planarInput } from './ports.ts'
import type { Candidate, DetectorForm, DetectorRecord } from './record.ts'

/** The grids of a model by the number of its levels. */
const levels: ReadonlyMap<number, { readonly strides: readonly number[]; readonly anchors: number }> =
  new Map([
    [3, { strides: [8, 16, 32], anchors: 2 }],
    [5, { strides: [8, 16, 32, 64, 128], anchors: 1 }],
  ])

/** Outputs come as scores of all levels, boxes of all levels, points of all levels. */
const decodeWith =
  (strides: readonly number[], anchors: number): DetectorForm['decode'] =>
  (outputs, size, threshold) => {
    const found: Candidate[] = []
    strides.forEach((stride, level) => {
      const [scores, boxes, points] = [0, 1, 2].map((part) => outputs[part * strides.length + level])
      if (scores === undefined || boxes === undefined) return
      const columns = Math.ceil(size.width / stride)
      for (let row = 0; row < scores.length; row++) {
        const score = scores[row] ?? NaN
        if (!(score >= threshold)) continue
        const cell = Math.floor(row / anchors)
        const [x, y] = [(cell % columns) * stride, Math.floor(cell / columns) * stride]
        const [left = NaN, top = NaN, right = NaN, bottom = NaN] = boxes.subarray(4 * row, 4 * row + 4)
        found.push({
          left: x - left * stride,
          top: y - top * stride,
          right: x + right * stride,
          bottom: y + bottom * stride,
          score,
          points:
            points === undefined
              ? []
              : pointsAt(points, 10 * row, 5).map((point) => ({
                  x: x + point.x * stride,
                  y: y + point.y * stride,
                })),
        })
      }
    })
    return found
  }

export const scrfd: DetectorRecord = {
  name: 'scrfd',
  source: 'SCRFD (Guo and others 2021), as in InsightFace; five points',
  tried: undefined,
  landmarks: alignmentNames,
  pixels: { layout: 'nchw', channels: 'rgb', mean: 127.5, std: 128 },
  threshold: 0.5,
  weak: 0.7,
  overlap: 0.4,
  doubles: 'best',
  recognise: (ports) => {
    const [scores, boxes, points] = [1, 4, 10].map((length) => namesOfLength(ports, length))
    const level = levels.get(scores?.length ?? 0)
    const input = planarInput(ports, level?.strides.at(-1) ?? 32)
    if (level === undefined || input === undefined || boxes?.length !== scores?.length) return undefined
    const names = [...(scores ?? []), ...(boxes ?? []), ...(points ?? [])]
    const isWhole = ports.outputs.length === names.length
    // without points it is of no use here: those exports are left to be named as unknown
    if (!isWhole || points?.length !== scores?.length) return undefined
    return { ...input, outputs: names, decode: decodeWith(level.strides, level.anchors) }
  },
}
