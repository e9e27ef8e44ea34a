/** @file Whether a device computes: tried with a tiny model, not looked up. */
import { additionProgram } from './addition-program.ts'
import type { Driver } from './driver.ts'
import type { Device } from './session.ts'

/** Why a device does not work, in one sentence; undefined where it does. */
export async function failureOf(device: Device, driver: Driver): Promise<string | undefined> {
  try {
    await using runner = await driver.load(additionProgram(), { device, threads: 1 })
    const [sum] = await runner.run([Float32Array.from([1, 2, 3, 4, 5, 6])])
    return sum?.[5] === 12 ? undefined : 'it computes wrong numbers'
  } catch (error) {
    return error instanceof Error ? summary(error.message) : String(error)
  }
}

/** The last sentence of a runtime's message, without the C++ places before it. */
function summary(message: string): string {
  const line = message.trim().split('\n').at(-1) ?? message
  return line
    .replace(/^.*(?:was false\.|Status Message:)\s*/s, '')
    .replace(/^ONNX Runtime: /, '')
    .trim()
}
