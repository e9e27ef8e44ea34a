/** @file Telling detectors apart by what their files declare. */
import type { Size } from '../../image/image.ts'
import type { OnnxPort } from '../../onnx/model.ts'
import type { DetectorForm, DetectorPorts } from './record.ts'

/** The length of an output's last dimension; undefined where it is open. */
export function lastLength({ shape }: OnnxPort): number | undefined {
  const last = shape?.at(-1)
  return typeof last === 'number' ? last : undefined
}

/** Names of the outputs whose last dimension has a length, in the file's order. */
export function namesOfLength({ outputs }: DetectorPorts, length: number): readonly string[] {
  return outputs.filter((output) => lastLength(output) === length).map(({ name }) => name)
}

/** The one input of planes [N, 3, H, W], fixed in size or to be a multiple of `multipleOf`; undefined for any other. */
export function planarInput(
  { inputs }: DetectorPorts,
  multipleOf: number,
): Pick<DetectorForm, 'input' | 'size'> | undefined {
  const [input] = inputs
  const [, depth, height, width] = input?.shape ?? []
  if (input === undefined || inputs.length > 1 || input.shape?.length !== 4) return undefined
  if (typeof depth === 'number' && depth !== 3) return undefined
  const size: Size | { readonly multipleOf: number } =
    typeof height === 'number' && typeof width === 'number' && height > 0 && width > 0
      ? { height, width }
      : { multipleOf }
  return { input: input.name, size }
}
