/** @file Rows times rows, a block at a time: what compares everything with everything never holds all of it, whoever multiplies. */

/** A matrix [N, D], row by row. */
export interface Rows {
  readonly data: Float32Array
  readonly size: number
}

/**
 * Products [P, count] of P held rows with a block [count, D], row-major. An array may be reused by the call after the next.
 */
export type RowProduct = (block: Float32Array, count: number) => Promise<Float32Array>

/** Holds rows for products, until it is disposed of. */
export type OpenRowProduct = (rows: Rows) => Promise<AsyncDisposable & { readonly product: RowProduct }>

/** By loops, for few rows or where there is no runtime. */
export function plainRowProduct({ data, size }: Rows): RowProduct {
  const count = data.length / size
  return async (block, columns) => {
    const products = new Float32Array(count * columns)
    for (let row = 0; row < count; row++) {
      for (let column = 0; column < columns; column++) {
        let sum = 0
        for (let i = 0; i < size; i++) sum += data[row * size + i]! * block[column * size + i]!
        products[row * columns + column] = sum
      }
    }
    return products
  }
}

/** The same as something to be opened. */
export const openPlainProduct: OpenRowProduct = async (rows) => ({
  product: plainRowProduct(rows),
  [Symbol.asyncDispose]: async () => {},
})

/** Products of held rows with `count` others from `start` on, [held, count]. */
export interface ProductBlock {
  readonly start: number
  readonly count: number
  readonly products: Float32Array
}

/** Numbers of a block: 16 MiB. */
const blockNumbers = 2 ** 22

/** Products of `held` rows with all of `rows`, in blocks of at most 16 MiB. */
export async function* productBlocks(
  product: RowProduct,
  held: number,
  { data, size }: Rows,
  signal?: AbortSignal,
): AsyncGenerator<ProductBlock> {
  const total = data.length / size
  const step = Math.max(1, Math.min(4096, Math.floor(blockNumbers / held)))
  for (let start = 0; start < total; start += step) {
    signal?.throwIfAborted()
    const count = Math.min(step, total - start)
    const block = data.slice(start * size, (start + count) * size)
    yield { start, count, products: await product(block, count) }
  }
}

/** A product in float64, to tell apart what single precision leaves close. */
export function exactProduct(a: Rows, row: number, b: Rows, other: number): number {
  const { size } = a
  let sum = 0
  for (let i = 0; i < size; i++) sum += a.data[row * size + i]! * b.data[other * size + i]!
  return sum
}

/** More than products of rows of length 1 in single precision can be off. */
export const productSlack = 1e-4
