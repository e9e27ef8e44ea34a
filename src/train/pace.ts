/** @file How fast a run goes and how long it still takes. */

/** One step's timing. */
export interface Pace {
  /** Wall time since the last step, validation and saving included. */
  readonly seconds: number
  readonly imagesPerSecond: number
  readonly secondsLeft: number
}

/** Measures steps of `batch` images, `steps` of them to come. The rate is a moving average over about 20 steps. */
export function pace(batch: number, steps: number): { step(): Pace; total(): number } {
  const start = performance.now()
  let last = start
  let done = 0
  let average: number | undefined
  return {
    step: () => {
      const now = performance.now()
      const seconds = (now - last) / 1000
      last = now
      done++
      average = average === undefined ? seconds : average + (seconds - average) * Math.max(1 / done, 0.05)
      return { seconds, imagesPerSecond: batch / average, secondsLeft: (steps - done) * average }
    },
    total: () => (performance.now() - start) / 1000,
  }
}
