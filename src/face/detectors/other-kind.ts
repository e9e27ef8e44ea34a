/** @file What to say of a model that is no detector. */
import type { OnnxPort } from '../../onnx/model.ts'
import type { DetectorPorts } from './record.ts'
import { detectorRecords } from './registry.ts'

const shown = ({ name, shape }: OnnxPort): string =>
  `${name} ${shape === undefined ? 'of any shape' : `[${shape.join(', ')}]`}`

const looksLikeRecogniser = ({ inputs, outputs }: DetectorPorts): boolean => {
  const [input] = inputs
  const [output] = outputs
  const isRow = output?.shape?.length === 2 && Number(output.shape[1]) >= 8
  return inputs.length === 1 && outputs.length === 1 && input?.shape?.length === 4 && isRow
}

/** One sentence: that the file is no detector of a known kind, and what it may be. */
export function otherKind(ports: DetectorPorts, file: string): string {
  const kinds = detectorRecords.map(({ name }) => name).join(', ')
  if (looksLikeRecogniser(ports))
    return `${file} is no face detector: it looks like a recogniser, which is given as the model (the detectors known are ${kinds})`
  const outputs = ports.outputs.slice(0, 4).map(shown)
  return (
    `${file} is no face detector of a kind known here (${kinds}): its outputs are ` +
    `${outputs.join(', ')}${ports.outputs.length > 4 ? ', …' : ''}`
  )
}
