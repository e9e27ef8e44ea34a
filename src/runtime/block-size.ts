/** @file The block size of a driver's runtime. */
import { probeBlockSize } from '../onnx/probe.ts'
import type { Driver } from './driver.ts'

/**
 * Channels to a block of the runtime's internal layout, found by running two tiny models: 16 on AVX-512, 8 on AVX2, 1
 * where there is none or where a convolution by it is wrong.
 */
export function blockSizeOf(driver: Driver): Promise<number> {
  return probeBlockSize(async (program, inputs) => {
    await using runner = await driver.load(program, { device: 'cpu', threads: 1 })
    return await runner.run(inputs)
  })
}
