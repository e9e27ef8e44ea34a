/** @file A tiny model through the whole native path, and an error message read back, before anything relies on it. */
import type { Driver } from '../../runtime/driver.ts'
import { additionProgram } from '../../runtime/addition-program.ts'

/** Checks that models load, run in place and fail with a message. @throws Error with what went wrong */
export async function selfTest(driver: Driver): Promise<void> {
  const options = { device: 'cpu', threads: 1 } as const
  const program = additionProgram()
  await using runner = await driver.load(program, options)
  const x = Float32Array.from([1, 2, 3, 4, 5, 6])
  const into = new Float32Array(new ArrayBuffer(24))
  const [given] = await runner.run([x], [into])
  const [fresh] = await runner.run([x])
  const right = (array: ArrayLike<number> | undefined): boolean =>
    array !== undefined && array.length === x.length && x.every((value, i) => array[i] === 2 * value)
  if (given !== into || !right(given) || !right(fresh))
    throw new Error('The native driver computed wrong numbers')

  const refusal = await driver
    .load({ ...program, model: new TextEncoder().encode('not a model') }, options)
    .then(
      () => '',
      (error: unknown) => (error instanceof Error ? error.message : ''),
    )
  if (!/[a-z]{3}/.test(refusal)) throw new Error('The native driver gave no message for a broken model')
}
