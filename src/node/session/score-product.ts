/** @file Scores of probes against blocks of features as one matrix product on the ONNX runtime. */
import { MissingPartError } from '../../base/errors.ts'
import type { ScoreProduct } from '../../evaluate/protocol/megaface.ts'
import { encodeOnnx } from '../../onnx/encode.ts'
import type { EmittedProgram, ProgramTensor } from '../../onnx/program.ts'
import type { Driver } from '../../runtime/driver.ts'
import type { OpenRowProduct } from '../../tensor/row-product.ts'
import { openPlainProduct } from '../../tensor/row-product.ts'
import { openDriver } from './open-driver.ts'

/** scores [P, n] = probes [P, D] · blockᵀ [D, n]; n varies. */
export function scoreProgram(probes: number, size: number): EmittedProgram {
  const tensor = (name: string, shape: readonly number[]): ProgramTensor => ({
    name,
    port: name,
    shape,
    dtype: 'float32',
    layout: 'plain',
  })
  const inputs = [tensor('probes', [probes, size]), tensor('block', [-1, size])]
  const outputs = [tensor('scores', [probes, -1])]
  const model = encodeOnnx({
    name: 'scores',
    producer: 'cosface',
    opsets: { '': 17 },
    inputs,
    outputs,
    nodes: [
      {
        op: 'Gemm',
        inputs: ['probes', 'block'],
        outputs: ['scores'],
        attributes: { transB: { kind: 'int', value: 1 } },
      },
    ],
    initializers: new Map(),
    metadata: {},
  })
  return { model, inputs, outputs }
}

/** Products of rows on the runtime, opened where they are needed; by plain loops, slower, where none is installed. */
export function runtimeProduct(threads: number): OpenRowProduct {
  return async (rows) => {
    const driver = await openDriverIfInstalled()
    if (driver === undefined) return openPlainProduct(rows)
    const opened = await openScoreProduct(driver, rows, threads)
    return {
      product: opened.product,
      [Symbol.asyncDispose]: async () => {
        await opened[Symbol.asyncDispose]()
        await driver[Symbol.asyncDispose]()
      },
    }
  }
}

/** A driver, or nothing where no runtime is installed. */
export async function openDriverIfInstalled(): Promise<Driver | undefined> {
  try {
    return (await openDriver()).driver
  } catch (error) {
    if (error instanceof MissingPartError) return undefined
    throw error
  }
}

/** A product that ends with its model. */
export interface DriverProduct extends AsyncDisposable {
  readonly product: ScoreProduct
}

/** Opens the product of `probes` on a driver; two score arrays swap roles, as the next block is under way while one is read. */
export async function openScoreProduct(
  driver: Driver,
  probes: { readonly data: Float32Array; readonly size: number },
  threads: number,
): Promise<DriverProduct> {
  const count = probes.data.length / probes.size
  const runner = await driver.load(scoreProgram(count, probes.size), {
    device: 'cpu',
    threads,
    // between products the processor belongs to whoever counts their scores
    config: { 'session.intra_op.allow_spinning': '0' },
  })
  let spare: Float32Array[] = []
  let columns = 0
  return {
    product: async (block, width) => {
      if (width !== columns) {
        columns = width
        spare = driver.inPlace ? [0, 1].map(() => new Float32Array(new ArrayBuffer(4 * count * width))) : []
      }
      const held = spare.shift()
      if (held !== undefined) spare.push(held)
      const [scores] = await runner.run([probes.data, block], held === undefined ? undefined : [held])
      if (!(scores instanceof Float32Array)) throw new Error('the runtime returned no float32 scores')
      return scores
    },
    [Symbol.asyncDispose]: () => Promise.resolve(runner[Symbol.asyncDispose]()),
  }
}
