/** @file How far long work is: a bar where somebody watches, a line now and then elsewhere. */
import { printable } from '../base/printable.ts'
import type { Output } from './output.ts'
import { duration } from './words.ts'

/** Long work being shown. */
export interface Progress extends Disposable {
  /** So much of `total` is done; `facts` stand beside the bar. */
  update(done: number, facts?: string): void
  /** A line that stays. */
  note(line: string): void
}

/** What the bar is drawn with, injected so that tests need no terminal. */
export interface ProgressOptions {
  readonly title: string
  readonly total: number
  /** What is counted, in the plural. */
  readonly unit: string
  /** Seconds between plain lines. @defaultValue 10 */
  readonly every?: number
}

/** Starts showing; ends with `using`. */
export async function openProgress(output: Output, options: ProgressOptions): Promise<Progress> {
  return output.terminal ? openBar(output, options) : openLines(output, options)
}

/** Shows work whose total is only known once it tells. */
export interface LateProgress extends Disposable {
  readonly update: (done: number, total: number) => void
}

/** Starts showing at the first word of the work. */
export function progressOf(output: Output, title: string, unit: string): LateProgress {
  let opened: Promise<Progress> | undefined
  let shown: Progress | undefined
  let closed = false
  let latest = 0
  return {
    update: (done, total) => {
      latest = done
      if (shown !== undefined) shown.update(done)
      opened ??= openProgress(output, { title, total, unit }).then((progress) => {
        shown = progress
        progress.update(latest)
        if (closed) progress[Symbol.dispose]()
        return progress
      })
    },
    [Symbol.dispose]: () => {
      if (!closed) shown?.[Symbol.dispose]()
      closed = true
    },
  }
}

/** Work in stages, one shown after the other. */
export interface StagedProgress<S extends string> extends Disposable {
  readonly update: (done: number, total: number, stage: S) => void
}

/** Shows each stage from its first word until another begins. */
export function stagesOf<S extends string>(
  output: Output,
  words: Readonly<Record<S, { readonly title: string; readonly unit: string }>>,
): StagedProgress<S> {
  let at: S | undefined
  let shown: LateProgress | undefined
  return {
    update: (done, total, stage) => {
      if (stage !== at) {
        shown?.[Symbol.dispose]()
        at = stage
        shown = progressOf(output, words[stage].title, words[stage].unit)
      }
      shown?.update(done, total)
    },
    [Symbol.dispose]: () => shown?.[Symbol.dispose](),
  }
}

/** Plain lines, throttled: the first, one every `every` seconds, and the last. */
export function openLines(output: Output, options: ProgressOptions): Progress {
  const { title, total, unit, every = 10 } = options
  const start = performance.now()
  let last = -Infinity
  let shown = -1
  let latest = { done: 0, facts: '' }
  const show = (): void => {
    if (latest.done === shown) return
    shown = latest.done
    const facts = latest.facts === '' ? '' : ` · ${latest.facts}`
    output.progress(`${title}: ${latest.done} of ${total}${unit === '' ? '' : ` ${unit}`}${facts}`)
  }
  return {
    update: (done, facts = '') => {
      latest = { done, facts }
      const now = performance.now()
      if (now - last < every * 1000) return
      last = now
      show()
    },
    note: (line) => output.progress(line),
    [Symbol.dispose]: () => {
      show()
      if (latest.done > 0) output.progress(`${title}: ${duration((performance.now() - start) / 1000)}`)
    },
  }
}

async function openBar(output: Output, options: ProgressOptions): Promise<Progress> {
  const { default: progress } = await import('cli-progress')
  const bars = new progress.MultiBar(
    {
      stream: process.stderr,
      format: `${printable(options.title)} {bar} {value}/{total} ${options.unit}{facts}`,
      barsize: Math.max(10, Math.min(30, Math.floor(output.columns / 5))),
      hideCursor: true,
      clearOnComplete: false,
      fps: 5,
    },
    progress.Presets.shades_classic,
  )
  const bar = bars.create(options.total, 0, { facts: '' })
  return {
    update: (done, facts = '') => bar.update(done, { facts: facts === '' ? '' : ` · ${printable(facts)}` }),
    note: (line) => {
      bars.log(`${printable(line)}\n`)
    },
    [Symbol.dispose]: () => bars.stop(),
  }
}
