/** @file The numbers that stay between runs, in the layouts they are computed in. */
import { breather, withRests } from '../base/breather.ts'
import { packing, unpacking } from '../onnx/layout.ts'
import { sizeOf, type Tensor } from '../tensor/tensor.ts'
import { allocateFloats } from './arrays.ts'
import type { StateSlot } from './compile.ts'
import { checkShape, unknownName } from './feeds.ts'

interface Slot extends StateSlot {
  current: Float32Array
  /** Where the next value is written while `current` is read; made when first needed. */
  spare: Float32Array | undefined
}

/** Named float tensors, each with a second buffer that swaps roles with the first. Zero at first. */
export class StateStore {
  readonly #slots: ReadonlyMap<string, Slot>
  readonly #blockSize: number

  constructor(slots: Readonly<Record<string, StateSlot>>, blockSize: number) {
    this.#blockSize = blockSize
    this.#slots = new Map(
      Object.entries(slots).map(([name, slot]) => [
        name,
        { ...slot, current: allocateFloats(sizeOf(slot.shape)), spare: undefined },
      ]),
    )
  }

  get names(): readonly string[] {
    return [...this.#slots.keys()]
  }

  has(name: string): boolean {
    return this.#slots.has(name)
  }

  /** The array a run reads. */
  current(name: string): Float32Array {
    return this.#slot(name).current
  }

  /** The array a run may write while the current one is read. */
  spare(name: string): Float32Array {
    const slot = this.#slot(name)
    slot.spare ??= allocateFloats(slot.current.length)
    return slot.spare
  }

  /** Makes `data` the current value; what was current is kept as the spare where it is the store's own. */
  accept(name: string, data: Float32Array): void {
    const slot = this.#slot(name)
    if (data.length !== slot.current.length)
      throw new RangeError(
        `Expected ${slot.current.length} elements for the state \`${name}\`, got ${data.length}`,
      )
    // fresh memory from a driver that cannot write in place: no second buffer is ever needed
    slot.spare = data === slot.spare ? slot.current : undefined
    slot.current = data
  }

  /** Copies in canonical layout, made with rests between them. @throws RangeError on an unknown name */
  async read(names: readonly string[]): Promise<Map<string, Tensor>> {
    const slots = names.map((name) => [name, this.#slot(name)] as const)
    const copies = new Map<string, Tensor>()
    const rest = breather()
    for (const [name, { shape, layout, current }] of slots) {
      const work = unpacking(new Float32Array(current.length), current, shape, layout, this.#blockSize)
      copies.set(name, { shape, data: await withRests(work, rest) })
      await rest()
    }
    return copies
  }

  /** Replaces the named states, or none. @throws RangeError on an unknown name or a wrong shape */
  async write(state: ReadonlyMap<string, Tensor>): Promise<void> {
    for (const [name, value] of state) {
      const { shape } = this.#slot(name)
      if (!(value.data instanceof Float32Array))
        throw new TypeError(`Expected the state \`${name}\` to be float32`)
      checkShape(`the state \`${name}\``, value, shape)
    }
    // nothing below fails on account of the input
    const rest = breather()
    for (const [name, value] of state) {
      const slot = this.#slot(name)
      await rest()
      await withRests(packing(slot.current, value, slot.layout, this.#blockSize), rest)
    }
  }

  #slot(name: string): Slot {
    const slot = this.#slots.get(name)
    if (slot === undefined) throw unknownName('state', name, this.names)
    return slot
  }
}
