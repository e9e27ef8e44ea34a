/** @file Features [N, D] of an `.npy` file, a block of rows at a time: the file may be far larger than memory. */
import { mapBounded } from '../../base/concurrency.ts'
import { FormatError } from '../../base/errors.ts'
import { npyBytes, npyHeaderLimit, npyNumbers, npyRemedy, readNpyLayout } from '../../tensor/npy.ts'
import { openFile } from '../files/record-file.ts'

/** An open file of features. */
export interface FeatureFile extends AsyncDisposable {
  readonly name: string
  readonly rows: number
  readonly size: number
  /** Rows [from, from + count) as [count, D]. @throws FormatError, DataError on a number that is not finite */
  read(from: number, count: number): Promise<Float32Array>
}

/** Opens an `.npy` file of features, row-major. @throws DataError where there is none, FormatError where it is something else */
export async function openFeatureFile(path: string): Promise<FeatureFile> {
  const file = await openFile(path)
  try {
    const head = await file.read(0, Math.min(file.size, npyHeaderLimit))
    const { shape, count, start, type, isColumnMajor } = readNpyLayout(head, path)
    const width = npyBytes(type)
    const [rows = 0, size = 0, ...more] = shape
    if (shape.length !== 2 || more.length > 0 || rows < 1 || size < 1)
      throw new FormatError(path, `expected features [N, D], got the shape [${shape.join(', ')}]`)
    // its rows lie all over the file, and a block of them could not be read at once
    if (isColumnMajor)
      throw new FormatError(
        path,
        `expected row-major order, got Fortran's, which cannot be read in blocks; ${npyRemedy}`,
      )
    if (file.size !== start + width * count)
      throw new FormatError(
        path,
        `expected ${width * count} bytes of numbers for the shape [${shape.join(', ')}], got ${file.size - start}`,
        start,
      )
    return {
      name: path,
      rows,
      size,
      read: async (from, wanted) => {
        const bytes = await file.read(start + width * from * size, width * wanted * size)
        const features = npyNumbers(bytes, type)
        let wrong = 0
        while (wrong < features.length && Number.isFinite(features[wrong])) wrong++
        if (wrong < features.length)
          throw new FormatError(
            path,
            `the feature of row ${from + Math.floor(wrong / size)} holds ${features[wrong]}; no result is given`,
            start + width * (from * size + wrong),
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

/** Numbers read at once: 4 MiB. */
const readLimit = 2 ** 20

/** Places of `rows` in groups whose rows follow each other in the file, so that each is one read. */
const runsOf = (rows: ArrayLike<number>, most: number): readonly Int32Array[] => {
  const order = Int32Array.from(Array.from(rows).keys()).sort((a, b) => (rows[a] ?? 0) - (rows[b] ?? 0))
  const rowOf = (at: number): number => rows[order[at] ?? NaN] ?? NaN
  const runs: Int32Array[] = []
  let start = 0
  for (let at = 1; at <= order.length; at++) {
    if (at < order.length && rowOf(at) - rowOf(at - 1) <= 1 && rowOf(at) - rowOf(start) < most) continue
    runs.push(order.subarray(start, at))
    start = at
  }
  return runs
}

/** Rows at any places, in the order asked for, as [rows.length, D]. @throws FormatError on a number that is not finite */
export async function readRows(file: FeatureFile, rows: ArrayLike<number>): Promise<Float32Array> {
  const { size } = file
  const data = new Float32Array(rows.length * size)
  const most = Math.max(1, Math.floor(readLimit / size))
  await mapBounded(rows.length === 0 ? [] : runsOf(rows, most), 4, async (places) => {
    const first = rows[places[0] ?? NaN] ?? NaN
    const last = rows[places.at(-1) ?? NaN] ?? NaN
    const run = await file.read(first, last - first + 1)
    for (const place of places) {
      const from = ((rows[place] ?? NaN) - first) * size
      data.set(run.subarray(from, from + size), place * size)
    }
  })
  return data
}
