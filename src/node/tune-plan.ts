/** @file `--tune`: measures the lowerings of a training's operations on this machine and makes a plan of the winners. */
import { random } from '../base/random.ts'
import { choosePlan } from '../onnx/choose.ts'
import type { Plan } from '../onnx/plan.ts'
import type { EmittedProgram, ProgramTensor } from '../onnx/program.ts'
import { tune, type Measurement } from '../onnx/tune.ts'
import { allocate } from '../runtime/arrays.ts'
import { blockSizeOf } from '../runtime/block-size.ts'
import type { Driver, DriverArray, LoadOptions } from '../runtime/driver.ts'
import { sizeOf } from '../tensor/tensor.ts'
import { quantile } from '../tensor/statistics.ts'
import type { StepPrograms } from '../train/step.ts'
import { openDriver } from './open-driver.ts'

export interface TunePlanOptions extends Pick<LoadOptions, 'device' | 'threads'> {
  readonly signal: AbortSignal
  readonly onMeasured?: (measurement: Measurement) => void
}

/** Runs of a candidate; the middle one counts. */
const runs = 5

const filled = ({ name, dtype, shape }: ProgramTensor): DriverArray => {
  const array = allocate(dtype, sizeOf(shape))
  const stream = random(1, 'tune', name)
  // kernels may take shortcuts on zeros
  if (array instanceof Float32Array) array.forEach((_, index) => (array[index] = stream.uniform() - 0.5))
  return array
}

const timed = async (driver: Driver, program: EmittedProgram, load: LoadOptions): Promise<number> => {
  await using runner = await driver.load(program, load)
  const inputs = program.inputs.map(filled)
  const outputs = driver.inPlace
    ? program.outputs.map(({ dtype, shape }) => allocate(dtype, sizeOf(shape)))
    : undefined
  await runner.run(inputs, outputs)
  const seconds: number[] = []
  for (let run = 0; run < runs; run++) {
    const start = performance.now()
    await runner.run(inputs, outputs)
    seconds.push((performance.now() - start) / 1000)
  }
  return quantile(
    seconds.toSorted((a, b) => a - b),
    0.5,
  )
}

/** The plan whose lowerings are the fastest measured; a candidate displaces the table's only when at least 10 % faster. */
export async function tunePlan(
  { state, programs }: StepPrograms,
  { device, threads, signal, onMeasured }: TunePlanOptions,
): Promise<{ readonly plan: Plan; readonly displaced: number; readonly measured: number }> {
  const opened = await openDriver({ threads })
  await using driver = opened.driver
  const blockSize = device === 'cpu' ? await blockSizeOf(driver) : 1
  const graphs = Object.values(programs)
  const { overrides, measurements } = await tune(graphs, {
    device,
    blockSize,
    time: (program) => timed(driver, program, { device, threads }),
    signal,
    ...(onMeasured === undefined ? {} : { onMeasured }),
  })
  return {
    plan: choosePlan(graphs, Object.keys(state), { device, blockSize, overrides }),
    displaced: Object.keys(overrides).length,
    measured: measurements.length,
  }
}
