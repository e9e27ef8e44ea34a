/** @file Interleaved timing: every round runs each contestant once, so that a busy machine slows all alike. */
import { formats, type MemoryFormat, type Peer } from './peer.ts'

/** Seconds of each round, in order. */
export interface Race {
  readonly ours: readonly number[]
  readonly peer: Readonly<Record<MemoryFormat, readonly number[]>>
}

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds))

/** Runs `warmup` rounds that are not kept, then `rounds` that are. */
export async function race(
  ours: () => Promise<void>,
  peer: Peer,
  work: 'step' | 'embed',
  { warmup, rounds }: { readonly warmup: number; readonly rounds: number },
): Promise<Race> {
  const times = { ours: [] as number[], contiguous: [] as number[], channels_last: [] as number[] }
  for (let round = -warmup; round < rounds; round++) {
    const start = performance.now()
    await ours()
    const seconds = (performance.now() - start) / 1000
    if (round >= 0) times.ours.push(seconds)
    for (const format of formats) {
      // threads of the side that has just run may still be spinning
      await pause(50)
      const other = await peer.seconds(work, format)
      if (round >= 0) times[format].push(other)
    }
    await pause(50)
  }
  return { ours: times.ours, peer: { contiguous: times.contiguous, channels_last: times.channels_last } }
}

/** The middle value. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length / 2
  return ((sorted[Math.floor(middle)] ?? Number.NaN) + (sorted[Math.ceil(middle) - 1] ?? Number.NaN)) / 2
}

/** The peer's better memory format by its median. */
export function better({ peer }: Race): MemoryFormat {
  return median(peer.contiguous) <= median(peer.channels_last) ? 'contiguous' : 'channels_last'
}
