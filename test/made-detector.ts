/**
 * @file A detector so simple that every number can be checked. It has YuNet's inputs and outputs, and it finds one drawn
 * mark: a red square of 8×8 pixels on its grid with a green one above. Box and landmarks lie at fixed places around it.
 */
import { bytesOf } from '../src/base/bytes.ts'
import type { Image, Point } from '../src/image/image.ts'
import { encodeOnnx } from '../src/onnx/encode.ts'
import type { OnnxInitializer, OnnxNode } from '../src/onnx/model.ts'

/** Landmarks around the middle of the red square, in pixels: eyes, nose, mouth corners. */
export const madePoints: readonly Point[] = [
  { x: -17.5, y: -20 },
  { x: 17.5, y: -20 },
  { x: 0, y: 0 },
  { x: -14.5, y: 20.5 },
  { x: 14.5, y: 20.5 },
]

/** Width and height of the box, with the red square's middle as its own. */
export const madeBox = { width: 64, height: 80 }

/** The middle of a cell's first stride in a cell's own coordinates: YuNet counts cells from their corner. */
const middle = 3.5

const floats = (shape: readonly number[], values: Float32Array): OnnxInitializer => ({
  dtype: 'float32',
  shape,
  bytes: bytesOf(values),
})

const cell = 8

/** Weights [1, 3 (BGR), 24, 24]: half for red in the middle cell, half for green in the one above. */
const markWeights = (): Float32Array => {
  const side = 3 * cell
  const weights = new Float32Array(3 * side * side)
  const share = 0.5 / (255 * cell * cell)
  for (let y = 0; y < cell; y++) {
    for (let x = 0; x < cell; x++) {
      const at = (channel: number, row: number): number => (channel * side + row * cell + y) * side + cell + x
      weights[at(2, 1)] = share
      weights[at(1, 1)] = -share
      weights[at(1, 0)] = share
      weights[at(2, 0)] = -share
    }
  }
  return weights
}

const constants = (values: readonly number[]): Float32Array => Float32Array.from(values)

/** The model's bytes; `input` fixes its size, which is open otherwise. */
export function madeDetector(
  input: readonly [number | string, number | string] = ['height', 'width'],
): Uint8Array {
  const initializers = new Map<string, OnnxInitializer>()
  const nodes: OnnxNode[] = []
  const head = (
    name: string,
    stride: number,
    depth: number,
    weights: OnnxInitializer,
    bias: Float32Array,
  ): void => {
    const side = weights.shape[3] ?? stride
    const pad = (side - stride) / 2
    initializers.set(`${name}_w`, weights)
    initializers.set(`${name}_b`, floats([depth], bias))
    initializers.set(`${name}_shape`, {
      dtype: 'int64',
      shape: [3],
      bytes: bytesOf(BigInt64Array.of(1n, -1n, BigInt(depth))),
    })
    nodes.push(
      {
        op: 'Conv',
        inputs: ['input', `${name}_w`, `${name}_b`],
        outputs: [`${name}_map`],
        attributes: {
          strides: { kind: 'ints', value: [stride, stride] },
          pads: { kind: 'ints', value: [pad, pad, pad, pad] },
        },
      },
      {
        op: 'Transpose',
        inputs: [`${name}_map`],
        outputs: [`${name}_last`],
        attributes: { perm: { kind: 'ints', value: [0, 2, 3, 1] } },
      },
      { op: 'Reshape', inputs: [`${name}_last`, `${name}_shape`], outputs: [name], attributes: {} },
    )
  }
  for (const stride of [8, 16, 32]) {
    const nothing = (depth: number): OnnxInitializer =>
      floats([depth, 3, stride, stride], new Float32Array(depth * 3 * stride * stride))
    const marks = stride === cell ? floats([1, 3, 24, 24], markWeights()) : nothing(1)
    head(`cls_${stride}`, stride, 1, marks, constants([0]))
    head(`obj_${stride}`, stride, 1, marks, constants([0]))
    head(
      `bbox_${stride}`,
      stride,
      4,
      nothing(4),
      constants([0.5, 0.5, Math.log(madeBox.width / stride), Math.log(madeBox.height / stride)]),
    )
    head(
      `kps_${stride}`,
      stride,
      10,
      nothing(10),
      constants(madePoints.flatMap(({ x, y }) => [(x + middle) / stride, (y + middle) / stride])),
    )
  }
  return encodeOnnx({
    name: 'made detector',
    producer: 'tests',
    opsets: { '': 13 },
    inputs: [{ name: 'input', dtype: 'float32', shape: [1, 3, ...input] }],
    outputs: [8, 16, 32].flatMap((stride) =>
      (['cls', 'obj', 'bbox', 'kps'] as const).map((part) => ({
        name: `${part}_${stride}`,
        dtype: 'float32' as const,
        shape: [1, 'cells', { cls: 1, obj: 1, bbox: 4, kps: 10 }[part]],
      })),
    ),
    nodes,
    initializers,
    metadata: {},
  })
}

/** A picture of soft stripes, on which no mark is found. */
export function plainPicture(height: number, width: number): Image {
  const data = new Uint8Array(height * width * 3)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const level = 120 + 50 * Math.sin(x / 5) * Math.cos(y / 7)
      data.set([level, level, 90 + ((x + 2 * y) % 80)], (y * width + x) * 3)
    }
  }
  return { height, width, data }
}

/** The picture with a mark in it whose red square is the cell at (`column`, `row`). */
export function withMark(picture: Image, column: number, row: number): Image {
  const data = picture.data.slice()
  const paint = (atRow: number, colour: readonly number[]): void => {
    for (let y = 0; y < cell; y++)
      for (let x = 0; x < cell; x++)
        data.set(colour, ((atRow * cell + y) * picture.width + column * cell + x) * 3)
  }
  paint(row, [255, 0, 0])
  paint(row - 1, [0, 255, 0])
  return { ...picture, data }
}

/** The middle of that red square, in pixels. */
export const markMiddle = (column: number, row: number): Point => ({
  x: column * cell + middle,
  y: row * cell + middle,
})
