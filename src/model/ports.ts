/** @file Which input of an ONNX model takes the pixels and which output is the embedding. */
import { DataError } from '../base/errors.ts'
import type { OnnxFile } from '../onnx/decode.ts'
import type { Dimension, OnnxPort } from '../onnx/model.ts'

/** A model's two ends, with what they declare; a dimension is undefined where it is left open. */
export interface ModelPorts {
  readonly input: string
  readonly output: string
  /** Images a run takes; undefined: any number. */
  readonly batch: number | undefined
  readonly height: number | undefined
  readonly width: number | undefined
  readonly embeddingSize: number | undefined
}

const fixed = (dimension: Dimension | undefined): number | undefined =>
  typeof dimension === 'number' && dimension > 0 ? dimension : undefined

const shown = ({ name, dtype, shape }: OnnxPort): string =>
  `${name} (${dtype} ${shape === undefined ? 'of any shape' : `[${shape.join(', ')}]`})`

const usualNames = ['embedding', 'embeddings', 'feature', 'features', 'output', 'fc1']

const embeddingPort = (outputs: readonly OnnxPort[], file: string): OnnxPort => {
  // [N, D], or [N, D, 1, 1] where the model ends in a convolution
  const rows = outputs.filter(
    ({ dtype, shape }) =>
      dtype === 'float32' &&
      (shape === undefined || (shape.length >= 2 && shape.slice(2).every((n) => n === 1))),
  )
  const found = rows.length === 1 ? rows[0] : rows.find(({ name }) => usualNames.includes(name))
  if (found !== undefined) return found
  throw new DataError(
    `${file} is no embedding model: expected one output of shape [N, D], got ${outputs.map(shown).join(', ')}`,
  )
}

/** The pixels' and the embedding's port. @throws DataError where the model is not from images to embeddings */
export function modelPorts({ inputs, outputs }: OnnxFile, file: string): ModelPorts {
  const [input] = inputs
  const shape = input?.shape
  const planar = shape?.length === 4 && (fixed(shape[1]) ?? 3) === 3
  if (input === undefined || inputs.length > 1 || input.dtype !== 'float32' || !planar) {
    const nhwc =
      fixed(shape?.[3]) === 3 ? ' (channels come last there; they must come before height and width)' : ''
    throw new DataError(
      `${file} is no embedding model: expected one float32 input [N, 3, H, W], got ` +
        `${inputs.map(shown).join(', ') || 'none'}${nhwc}`,
    )
  }
  const output = embeddingPort(outputs, file)
  return {
    input: input.name,
    output: output.name,
    batch: fixed(shape[0]),
    height: fixed(shape[2]),
    width: fixed(shape[3]),
    embeddingSize: fixed(output.shape?.[1]),
  }
}
