/** @file A network loaded for the sizes it is asked for; only the last few stay loaded. */
import { DataError } from '../base/errors.ts'
import type { Size } from '../image/image.ts'
import { plainPort } from '../onnx/program.ts'
import type { Driver, LoadOptions, Runner } from '../runtime/driver.ts'
import { Queue } from '../runtime/queue.ts'
import type { PixelRule } from '../image/pixel-rule.ts'

/** Runs one network on inputs of any size that it takes, one after the other. */
export interface Runners extends AsyncDisposable {
  readonly run: (size: Size, pixels: Float32Array) => Promise<readonly Float32Array[]>
}

/** Sizes kept loaded. */
const kept = 6

const inputShape = ({ height, width }: Size, { layout, channels }: PixelRule): readonly number[] => {
  const depth = channels === 'grey' ? 1 : 3
  return layout === 'nchw' ? [1, depth, height, width] : [1, height, width, depth]
}

/** The runners of a model; nothing is loaded before it is asked for. */
export function openRunners(
  driver: Driver,
  model: Uint8Array,
  ends: { readonly input: string; readonly outputs: readonly string[] },
  pixels: PixelRule,
  { device = 'cpu', threads = 1 }: Partial<Pick<LoadOptions, 'device' | 'threads'>>,
): Runners {
  const loaded = new Map<string, Runner>()
  const queue = new Queue()
  const runnerFor = async (size: Size): Promise<Runner> => {
    const key = `${size.height}x${size.width}`
    const found = loaded.get(key)
    // put back last: the first of the map is the one that was not used for longest
    loaded.delete(key)
    const runner =
      found ??
      (await driver.load(
        {
          model,
          inputs: [plainPort(ends.input, inputShape(size, pixels))],
          outputs: ends.outputs.map((name) => plainPort(name, [-1])),
        },
        { device, threads },
      ))
    loaded.set(key, runner)
    const [oldest] = loaded
    if (loaded.size > kept && oldest !== undefined) {
      loaded.delete(oldest[0])
      await oldest[1][Symbol.asyncDispose]()
    }
    return runner
  }
  return {
    run: (size, values) =>
      queue.run(async () => {
        const runner = await runnerFor(size)
        const outputs = await runner.run([values])
        return outputs.map((output, index) => {
          if (output instanceof Float32Array) return output
          throw new DataError(`The output ${ends.outputs[index] ?? ''} is not float32`)
        })
      }),
    [Symbol.asyncDispose]: () =>
      queue.run(async () => {
        for (const runner of loaded.values()) await runner[Symbol.asyncDispose]()
        loaded.clear()
      }),
  }
}
