/** @file YuNet: anchor-free, three strides, a class and an object score each. */
import { alignmentNames } from '../../image/alignment.ts'
import { pointsAt } from './points.ts'
import { planarInput } from './ports.ts'
import type { Candidate, DetectorForm, DetectorRecord } from './record.ts'

const strides = [8, 16, 32] as const
const parts = ['cls', 'obj', 'bbox', 'kps'] as const

const names = strides.flatMap((stride) => parts.map((part) => `${part}_${stride}`))

const unit = (value = NaN): number => Math.min(1, Math.max(0, value))

const decode: DetectorForm['decode'] = (outputs, size, threshold) => {
  const found: Candidate[] = []
  strides.forEach((stride, level) => {
    const [classes, objects, boxes, points] = outputs.slice(4 * level, 4 * level + 4)
    if (classes === undefined || objects === undefined || boxes === undefined || points === undefined) return
    const columns = size.width / stride
    for (let cell = 0; cell < classes.length; cell++) {
      const score = Math.sqrt(unit(classes[cell]) * unit(objects[cell]))
      if (!(score >= threshold)) continue
      const column = cell % columns
      const row = Math.floor(cell / columns)
      const [dx = NaN, dy = NaN, logWidth = NaN, logHeight = NaN] = boxes.subarray(4 * cell, 4 * cell + 4)
      const x = (column + dx) * stride
      const y = (row + dy) * stride
      const halfWidth = (Math.exp(logWidth) * stride) / 2
      const halfHeight = (Math.exp(logHeight) * stride) / 2
      found.push({
        left: x - halfWidth,
        top: y - halfHeight,
        right: x + halfWidth,
        bottom: y + halfHeight,
        score,
        points: pointsAt(points, 10 * cell, 5).map((point) => ({
          x: (point.x + column) * stride,
          y: (point.y + row) * stride,
        })),
      })
    }
  })
  return found
}

export const yunet: DetectorRecord = {
  name: 'yunet',
  source: 'YuNet (Wu, Peng, Yu 2023), as in OpenCV Zoo; five points',
  tried: 'the 0.3 MB export with an open input size (Apache-2.0), SHA-256 104ee26c…',
  landmarks: alignmentNames,
  pixels: { layout: 'nchw', channels: 'bgr', mean: 0, std: 1 },
  threshold: 0.6,
  weak: 0.9,
  overlap: 0.3,
  doubles: 'best',
  recognise: (ports) => {
    const given = new Set(ports.outputs.map(({ name }) => name))
    const input = planarInput(ports, 32)
    if (input === undefined || !names.every((name) => given.has(name))) return undefined
    return { ...input, outputs: names, decode }
  },
}
