/** @file Products of rows with the error that single precision may have, and worse: equal rows score differently. */
import { random } from '../src/base/random.ts'
import { type OpenRowProduct, plainRowProduct } from '../src/tensor/row-product.ts'

/** Up to 1e-5 off, from a reused array. */
export const roughProduct: OpenRowProduct = async (rows) => {
  const exact = plainRowProduct(rows)
  const stream = random(1, 'error')
  return {
    product: async (block, count) =>
      (await exact(block, count)).map((value) => value + 2e-5 * (stream.uniform() - 0.5)),
    [Symbol.asyncDispose]: async () => {},
  }
}
