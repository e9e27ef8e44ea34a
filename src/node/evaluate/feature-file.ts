/** @file Features [N, D] of an `.npy` file, a block of rows at a time: the file may be far larger than memory. */
import { FormatError } from '../../base/errors.ts'
import { npyHeaderLimit, readNpyLayout } from '../../tensor/npy.ts'
import { openFile } from '../files/record-file.ts'

/** An open file of features. */
export interface FeatureFile extends AsyncDisposable {
  readonly name: string
  readonly rows: number
  readonly size: number
  /** Rows [from, from + count) as [count, D]. @throws FormatError, DataError on a number that is not finite */
  read(from: number, count: number): Promise<Float32Array>
}

/** Opens an `.npy` file of float32 features. @throws DataError where there is none, FormatError where it is something else */
export async function openFeatureFile(path: string): Promise<FeatureFile> {
  const file = await openFile(path)
  try {
    const head = await file.read(0, Math.min(file.size, npyHeaderLimit))
    const { shape, count, start } = readNpyLayout(head, path)
    const [rows = 0, size = 0, ...more] = shape
    if (shape.length !== 2 || more.length > 0 || rows < 1 || size < 1)
      throw new FormatError(path, `expected features [N, D], got the shape [${shape.join(', ')}]`)
    if (file.size !== start + 4 * count)
      throw new FormatError(
        path,
        `expected ${4 * count} bytes of numbers for the shape [${shape.join(', ')}], got ${file.size - start}`,
        start,
      )
    return {
      name: path,
      rows,
      size,
      read: async (from, wanted) => {
        const bytes = await file.read(start + 4 * from * size, 4 * wanted * size)
        const features = new Float32Array(bytes.buffer, bytes.byteOffset, wanted * size)
        let wrong = 0
        while (wrong < features.length && Number.isFinite(features[wrong])) wrong++
        if (wrong < features.length)
          throw new FormatError(
            path,
            `the feature of row ${from + Math.floor(wrong / size)} holds ${features[wrong]}; no result is given`,
            start + 4 * (from * size + wrong),
          )
        return features
      },
      [Symbol.asyncDispose]: () => file[Symbol.asyncDispose](),
    }
  } catch (error) {
    await file[Symbol.asyncDispose]()
    throw error
  }
}

/** All rows in one array. @throws FormatError */
export async function readFeatures(
  path: string,
): Promise<{ readonly data: Float32Array; readonly size: number }> {
  await using file = await openFeatureFile(path)
  const data = new Float32Array(file.rows * file.size)
  const step = Math.max(1, Math.floor(2 ** 22 / file.size))
  for (let from = 0; from < file.rows; from += step) {
    const count = Math.min(step, file.rows - from)
    data.set(await file.read(from, count), from * file.size)
  }
  return { data, size: file.size }
}
