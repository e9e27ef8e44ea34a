/** @file `--tune`: measures the lowerings of a training's operations on this machine and makes a plan of the winners. */
import { random } from '../../base/random.ts'
import { counted } from '../../base/words.ts'
import { choicesOf, choosePlan } from '../../onnx/choose.ts'
import { candidates } from '../../onnx/lowerings.ts'
import type { Plan } from '../../onnx/plan.ts'
import type { EmittedProgram, ProgramTensor } from '../../onnx/program.ts'
import { tune, type Measurement } from '../../onnx/tune.ts'
import { allocate } from '../../runtime/arrays.ts'
import { blockSizeOf } from '../../runtime/block-size.ts'
import type { Driver, DriverArray, LoadOptions } from '../../runtime/driver.ts'
import { sizeOf } from '../../tensor/tensor.ts'
import { quantile } from '../../tensor/statistics.ts'
import type { StepPrograms } from '../../train/step.ts'
import { openDriver } from './open-driver.ts'

export interface TunePlanOptions extends Pick<LoadOptions, 'device' | 'threads'> {
  readonly signal: AbortSignal
  readonly onProgress?: (done: number, total: number) => void
}

/** A plan by measurement, and what it came from. */
export interface TunedPlan {
  readonly plan: Plan
  /** Lowerings measured. */
  readonly measured: number
  /** Where a measured lowering took the place of the table's. */
  readonly displaced: readonly Displacement[]
}

export interface Displacement {
  readonly signature: string
  readonly usual: Pick<Measurement, 'lowering' | 'seconds'>
  readonly chosen: Pick<Measurement, 'lowering' | 'seconds'>
}

/** Runs of a candidate: so many, and more of short ones until they took this long together. */
const runs = { least: 5, most: 50, seconds: 0.05 }

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
  let total = 0
  while (seconds.length < runs.least || (total < runs.seconds && seconds.length < runs.most)) {
    const start = performance.now()
    await runner.run(inputs, outputs)
    seconds.push((performance.now() - start) / 1000)
    total += seconds.at(-1) ?? 0
  }
  // what else the machine does only ever makes a run longer
  return quantile(
    seconds.toSorted((a, b) => a - b),
    0.25,
  )
}

/** The plan whose lowerings are the fastest measured; a candidate displaces the table's only when at least 10 % faster. */
export async function tunePlan(
  { state, programs }: StepPrograms,
  { device, threads, signal, onProgress }: TunePlanOptions,
): Promise<TunedPlan> {
  const opened = await openDriver({ threads })
  await using driver = opened.driver
  const blockSize = device === 'cpu' ? await blockSizeOf(driver) : 1
  const graphs = Object.values(programs)
  const target = { device, blockSize }
  const choices = [...choicesOf(graphs, target).values()]
  const total = choices.reduce((sum, value) => sum + candidates(value, target).length, 0)
  let done = 0
  const { overrides, measurements } = await tune(graphs, {
    device,
    blockSize,
    time: (program) => timed(driver, program, { device, threads }),
    signal,
    onMeasured: () => onProgress?.(++done, total),
  })
  return {
    plan: choosePlan(graphs, Object.keys(state), { device, blockSize, overrides }),
    measured: measurements.length,
    displaced: Object.entries(overrides).flatMap(([signature, lowering]) => {
      const own = measurements.filter((measurement) => measurement.signature === signature)
      const [usual, chosen] = [
        own.find(({ preferred }) => preferred),
        own.find((measurement) => measurement.lowering === lowering),
      ]
      return usual === undefined || chosen === undefined ? [] : [{ signature, usual, chosen }]
    }),
  }
}

/** What measuring changed, in words. */
export function describeTuning({ measured, displaced }: TunedPlan): readonly string[] {
  const ms = (seconds: number): string => `${(1000 * seconds).toPrecision(3)} ms`
  return [
    `Measured ${counted(measured, 'lowering')}: ${displaced.length} at least 10 % faster than the table's choice`,
    ...displaced.map(
      ({ signature, usual, chosen }) =>
        `  ${signature}: ${chosen.lowering} in ${ms(chosen.seconds)} instead of ${usual.lowering} in ${ms(usual.seconds)}`,
    ),
  ]
}
