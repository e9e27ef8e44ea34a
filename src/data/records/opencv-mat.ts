/** @file OpenCV's matrix dump as MegaFace's kit reads it: four int32 (rows, columns, bytes per row or element, type), then float32. */
import { bytesOf, ByteReader, concatBytes } from '../../base/bytes.ts'
import { FormatError } from '../../base/errors.ts'
import type { Tensor } from '../../tensor/tensor.ts'

const float32Type = 5
const swappedType = 0x05000000

/** Reads a matrix [rows, columns] of float32. @throws FormatError for any other type or a wrong length */
export function decodeOpenCvMat(bytes: Uint8Array, file: string): Tensor {
  const reader = new ByteReader(bytes, file)
  if (bytes.length === 0) throw reader.fail('the file is empty')
  const [rows, columns, stride, type] = [reader.int32(), reader.int32(), reader.int32(), reader.int32()]
  if (type === swappedType) throw reader.fail('the file is big-endian; expected little-endian numbers')
  if (type !== float32Type) throw reader.fail(`expected the element type 5 (float32), got ${type}`)
  if (rows < 1 || columns < 1) throw reader.fail(`expected a matrix, got ${rows} rows and ${columns} columns`)
  if (stride !== 4 && stride !== 4 * columns) throw reader.fail(`expected 4 bytes per element, got ${stride}`)
  const length = rows * columns * 4
  if (reader.remaining !== length)
    throw reader.fail(`expected ${length} bytes of a ${rows}x${columns} matrix, ${reader.remaining} are left`)
  const data = reader.take(length).slice()
  return { shape: [rows, columns], data: new Float32Array(data.buffer) }
}

/** Reads one feature: a column, or a row. @throws FormatError for a matrix of several, and as `decodeOpenCvMat` */
export function decodeOpenCvFeature(bytes: Uint8Array, file: string): Float32Array {
  const { shape, data } = decodeOpenCvMat(bytes, file)
  if (shape.includes(1)) return data
  throw new FormatError(file, `expected one feature as a column, got a matrix of ${shape.join('x')} numbers`)
}

/** A feature as a column, the way MegaFace's kit wants each image's. */
export function encodeOpenCvFeature(feature: Float32Array): Uint8Array {
  return concatBytes([bytesOf(Int32Array.of(feature.length, 1, 4, float32Type)), bytesOf(feature)])
}
