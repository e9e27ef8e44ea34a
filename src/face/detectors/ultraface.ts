/** @file UltraFace: boxes alone, which the network decodes itself as shares of its input. */
import { namesOfLength, planarInput } from './ports.ts'
import type { Candidate, DetectorForm, DetectorRecord } from './record.ts'

const decode: DetectorForm['decode'] = ([scores, boxes], { height, width }, threshold) => {
  const found: Candidate[] = []
  if (scores === undefined || boxes === undefined) return found
  for (let row = 0; row < scores.length / 2; row++) {
    const score = scores[2 * row + 1] ?? NaN
    if (!(score >= threshold)) continue
    const [left = NaN, top = NaN, right = NaN, bottom = NaN] = boxes.subarray(4 * row, 4 * row + 4)
    found.push({
      left: left * width,
      top: top * height,
      right: right * width,
      bottom: bottom * height,
      score,
      points: [],
    })
  }
  return found
}

export const ultraface: DetectorRecord = {
  name: 'ultraface',
  source:
    'UltraFace (Linzaer’s Ultra-Light-Fast-Generic-Face-Detector-1MB); boxes alone, so it needs a landmark model',
  tried: 'fr_detect.onnx of faceplugin-face-recognition-js 0.0.1 (MIT), 240×320',
  landmarks: [],
  pixels: { layout: 'nchw', channels: 'rgb', mean: 127, std: 128 },
  threshold: 0.65,
  weak: 0.9999,
  overlap: 0.4,
  doubles: 'best',
  recognise: (ports) => {
    const input = planarInput(ports, 64)
    const [[scores, ...others], [boxes]] = [namesOfLength(ports, 2), namesOfLength(ports, 4)]
    const isKnown = ports.outputs.length === 2 && others.length === 0
    if (input === undefined || !isKnown || scores === undefined || boxes === undefined) return undefined
    return { ...input, outputs: [scores, boxes], decode }
  },
}
