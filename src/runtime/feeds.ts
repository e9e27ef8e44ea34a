/** @file Checking what a program is fed and copying it into memory of the session's own. */
import { nearest } from '../base/names.ts'
import type { ProgramTensor } from '../onnx/program.ts'
import { type DType, type IntTensor, sizeOf, type Tensor } from '../tensor/tensor.ts'
import { allocate } from './arrays.ts'
import type { DriverArray } from './driver.ts'
import type { Feeds } from './session.ts'

/** The text of a shape in messages: `[2, 3]`. */
export const shapeText = (shape: readonly number[]): string => `[${shape.join(', ')}]`

/** An error naming `name`, and the nearest of `known`. */
export function unknownName(what: string, name: string, known: readonly string[]): RangeError {
  const near = nearest(name, known)
  const hint = near === undefined ? `known are ${known.join(', ') || 'none'}` : `did you mean \`${near}\`?`
  return new RangeError(`Unknown ${what} \`${name}\`; ${hint}`)
}

/** Checks a tensor's shape and length. @throws RangeError */
export function checkShape(what: string, value: Tensor | IntTensor, shape: readonly number[]): void {
  const same =
    value.shape.length === shape.length && shape.every((length, axis) => value.shape[axis] === length)
  if (!same)
    throw new RangeError(`Expected ${what} to have shape ${shapeText(shape)}, got ${shapeText(value.shape)}`)
  if (value.data.length !== sizeOf(shape))
    throw new RangeError(`Expected ${what} to hold ${sizeOf(shape)} elements, got ${value.data.length}`)
}

// a graph's bool may be fed as numbers: zero is false
const accepted: Readonly<Record<DType, readonly ('float32' | 'int32')[]>> = {
  float32: ['float32'],
  int32: ['int32'],
  bool: ['float32', 'int32'],
}

/** What one run is fed, by name, in memory of the session's own. */
export type FilledFeeds = ReadonlyMap<string, DriverArray>

/** Memory for the feeds of one program, used again by later runs. */
export class FeedBuffers {
  readonly #program: string
  readonly #ports: readonly ProgramTensor[]
  readonly #states: ReadonlySet<string>
  readonly #free: FilledFeeds[] = []

  /** For the inputs of `program` that are no states. */
  constructor(program: string, inputs: readonly ProgramTensor[], states: ReadonlySet<string>) {
    this.#program = program
    this.#ports = inputs.filter((port) => !states.has(port.name))
    this.#states = states
  }

  /**
   * Checks every feed, then copies them all, so that the caller may change his arrays at once.
   * @throws RangeError on a missing, unknown or misshapen feed, TypeError on one of the wrong type
   */
  fill(feeds: Feeds): FilledFeeds {
    this.#check(feeds)
    const filled =
      this.#free.pop() ??
      new Map(this.#ports.map((port) => [port.name, allocate(port.dtype, sizeOf(port.shape))]))
    for (const { name, dtype } of this.#ports) {
      const array = filled.get(name)
      const data = feeds[name]?.data
      if (array === undefined || data === undefined) continue
      if (dtype === 'bool') for (let i = 0; i < data.length; i++) array[i] = data[i] === 0 ? 0 : 1
      else array.set(data)
    }
    return filled
  }

  /** Gives memory back after its run. */
  release(filled: FilledFeeds): void {
    this.#free.push(filled)
  }

  #check(feeds: Feeds): void {
    const names = this.#ports.map((port) => port.name)
    for (const name of Object.keys(feeds)) {
      if (this.#states.has(name))
        throw new RangeError(`\`${name}\` is a state and cannot be fed; use writeState`)
      if (!names.includes(name)) throw unknownName(`feed for the program \`${this.#program}\``, name, names)
    }
    for (const { name, shape, dtype } of this.#ports) {
      const feed = feeds[name]
      if (feed === undefined)
        throw new RangeError(`The program \`${this.#program}\` needs the feed \`${name}\``)
      const given = feed.data instanceof Int32Array ? 'int32' : 'float32'
      if (!accepted[dtype].includes(given))
        throw new TypeError(`Expected the feed \`${name}\` to be ${dtype}, got ${given}`)
      checkShape(`the feed \`${name}\``, feed, shape)
    }
  }
}
