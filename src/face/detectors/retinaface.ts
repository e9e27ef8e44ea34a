/** @file RetinaFace: anchors of two sizes a cell at three strides, offsets in shares of the anchor, five points. */
import { alignmentNames } from '../../image/alignment.ts'
import { pointsAt } from './points.ts'
import { namesOfLength, planarInput } from './ports.ts'
import type { Candidate, DetectorForm, DetectorRecord } from './record.ts'

/** Anchors' sides in pixels at each stride. */
const anchors: readonly { readonly stride: number; readonly sides: readonly number[] }[] = [
  { stride: 8, sides: [16, 32] },
  { stride: 16, sides: [64, 128] },
  { stride: 32, sides: [256, 512] },
]

/** What the network's offsets and logarithms of sizes are multiplied by. */
const variance = { offset: 0.1, size: 0.2 } as const

const decode: DetectorForm['decode'] = ([boxes, scores, points], size, threshold) => {
  const found: Candidate[] = []
  if (boxes === undefined || scores === undefined || points === undefined) return found
  let row = 0
  for (const { stride, sides } of anchors) {
    const [rows, columns] = [Math.ceil(size.height / stride), Math.ceil(size.width / stride)]
    for (let cell = 0; cell < rows * columns; cell++) {
      const x = ((cell % columns) + 0.5) * stride
      const y = (Math.floor(cell / columns) + 0.5) * stride
      for (const side of sides) {
        const at = row++
        const score = scores[2 * at + 1] ?? NaN
        if (!(score >= threshold)) continue
        const [dx = NaN, dy = NaN, logWidth = NaN, logHeight = NaN] = boxes.subarray(4 * at, 4 * at + 4)
        const reach = variance.offset * side
        const [middleX, middleY] = [x + dx * reach, y + dy * reach]
        const halfWidth = (side * Math.exp(logWidth * variance.size)) / 2
        const halfHeight = (side * Math.exp(logHeight * variance.size)) / 2
        found.push({
          left: middleX - halfWidth,
          top: middleY - halfHeight,
          right: middleX + halfWidth,
          bottom: middleY + halfHeight,
          score,
          points: pointsAt(points, 10 * at, 5).map((point) => ({
            x: x + point.x * reach,
            y: y + point.y * reach,
          })),
        })
      }
    }
  }
  return found
}

export const retinaface: DetectorRecord = {
  name: 'retinaface',
  source:
    'RetinaFace (Deng and others 2020), as in Pytorch_Retinaface (MobileNet 0.25 and ResNet-50); five points',
  tried: undefined,
  landmarks: alignmentNames,
  pixels: { layout: 'nchw', channels: 'bgr', mean: [104, 117, 123], std: 1 },
  threshold: 0.6,
  weak: 0.9,
  overlap: 0.4,
  doubles: 'best',
  recognise: (ports) => {
    const input = planarInput(ports, 32)
    const [boxes, scores, points] = [4, 2, 10].map((length) => namesOfLength(ports, length)[0])
    if (input === undefined || ports.outputs.length !== 3) return undefined
    if (boxes === undefined || scores === undefined || points === undefined) return undefined
    return { ...input, outputs: [boxes, scores, points], decode }
  },
}
