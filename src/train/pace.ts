/** @file How fast a run goes and how long it still takes. */
import { counted } from '../base/words.ts'

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

/** The most runs that a rehearsal takes, and the seconds it may come to before a second run and before more. */
const rehearsal = { runs: 8, secondsForSecond: 10, secondsForMore: 4 }

/**
 * The seconds of the fastest of a few runs: the first two can take five times as long as those to come, while a runtime
 * still finds its memory. No run is begun that, as long as the last, would make the start noticeably longer.
 * @param run does once what is measured and tells its seconds
 */
export async function fastest(run: () => Promise<number>): Promise<number> {
  let [best, spent] = [Infinity, 0]
  for (let done = 1; done <= rehearsal.runs; done++) {
    const seconds = await run()
    spent += seconds
    best = Math.min(best, seconds)
    if (spent + seconds > (done === 1 ? rehearsal.secondsForSecond : rehearsal.secondsForMore)) break
  }
  return best
}

const units = [
  { seconds: 86_400, name: 'days' },
  { seconds: 3600, name: 'hours' },
  { seconds: 60, name: 'minutes' },
] as const

/** A duration in its largest sensible unit: `40 seconds`, `3.5 minutes`, `12 days`. */
export function durationInWords(seconds: number): string {
  const unit = units.find((candidate) => seconds >= 1.5 * candidate.seconds)
  if (unit === undefined) return counted(Math.ceil(seconds), 'second')
  const count = seconds / unit.seconds
  return `${count < 10 ? Number(count.toFixed(1)) : Math.round(count)} ${unit.name}`
}
