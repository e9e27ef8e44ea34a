/** @file Runs a training for a person: progress, words at the events that matter, the result. Loaded when it is needed. */
import { counted, withCommas } from '../base/words.ts'
import type { RunEvent } from '../node/run/train-run.ts'
import type { Context, ExitCode } from './command.ts'
import { narrate, stepFacts } from './narrate.ts'
import { openProgress, type Progress } from './progress.ts'

/** What a run came to. */
export type Outcome =
  | {
      readonly kind: 'finished'
      readonly finished: Extract<RunEvent, { kind: 'finished' }>
      readonly facts: RunFacts
      /** What was warned of: images left out, for one. */
      readonly notes: readonly string[]
    }
  | { readonly kind: 'stopped'; readonly stopped: Extract<RunEvent, { kind: 'stopped' }> }
  | { readonly kind: 'cut' }

/** The figures of the training itself. */
export interface RunFacts {
  readonly iterations: number
  readonly seconds: number
  readonly imagesPerSecond: number
  readonly waitedShare: number
}

/** Shows one thing at a time: a bar, or lines that stay. */
export class Stage implements Disposable {
  readonly #context: Context
  #title = ''
  #progress: Progress | undefined

  constructor(context: Context) {
    this.#context = context
  }

  async update(title: string, unit: string, done: number, total: number, facts = ''): Promise<void> {
    if (this.#progress === undefined || this.#title !== title) {
      this.close()
      this.#title = title
      this.#progress = await openProgress(this.#context.output, { title, total, unit })
    }
    this.#progress.update(done, facts)
  }

  /** A stage without a measure. */
  begin(title: string): void {
    if (this.#title === title) return
    this.close()
    this.#title = title
    this.say(`${title} …`)
  }

  say(line: string): void {
    if (this.#progress === undefined) this.#context.output.progress(line)
    else this.#progress.note(line)
  }

  close(): void {
    this.#progress?.[Symbol.dispose]()
    this.#progress = undefined
  }

  [Symbol.dispose](): void {
    this.close()
  }
}

/** Consumes the events of a run. */
export async function follow(context: Context, events: AsyncIterable<RunEvent>): Promise<Outcome> {
  using stage = new Stage(context)
  let outcome: Outcome = { kind: 'cut' }
  let iterations = 0
  const notes: string[] = []
  let facts: RunFacts = { iterations: 0, seconds: 0, imagesPerSecond: 0, waitedShare: 0 }
  for await (const event of events) {
    if (event.kind === 'progress') {
      // a handful of stages needs no bar
      if (event.total < 10) stage.begin(event.what)
      else await stage.update(event.what, '', event.done, event.total)
      continue
    }
    if (event.kind === 'finished') {
      outcome = { kind: 'finished', finished: event, facts, notes }
      continue
    }
    if (event.kind === 'step') {
      await stage.update('training', 'iterations', event.iteration + 1, iterations, stepFacts(event))
      continue
    }
    if (event.kind === 'start') {
      stage.close()
      iterations = event.iterations
    }
    if (event.kind === 'end') {
      const { seconds, imagesPerSecond, waitedShare, iteration } = event
      facts = { iterations: iteration, seconds, imagesPerSecond, waitedShare }
    }
    if (event.kind === 'note' && event.level === 'warning') notes.push(event.text)
    if (event.kind === 'stopped') outcome = { kind: 'stopped', stopped: event }
    if (event.kind === 'end' || event.kind === 'stopped') stage.close()
    for (const line of narrate(event)) stage.say(line)
  }
  return outcome
}

/** Says how a run ended and returns the exit code. */
export async function conclude(context: Context, out: string, outcome: Outcome): Promise<ExitCode> {
  const { output } = context
  if (outcome.kind !== 'finished') {
    const reason = outcome.kind === 'stopped' ? outcome.stopped.reason : 'interrupted'
    // a resumed run keeps its settings, and would meet the same batch with them
    if (reason !== 'non-finite') output.say(`Go on with: cosface train --resume ${out}`)
    output.result({ schema: 'cosface-train/1', run: out, stopped: reason })
    return 1
  }
  const { finished, facts, notes } = outcome
  const { evaluationText } = await import('../report/evaluation-text.ts')
  if (finished.result === undefined) {
    output.say('There were too few people for a test; nothing is said about how good this model is.')
  } else {
    const { same, different } = finished.result.pairs
    output.say(
      `On ${finished.role} people, never trained on (${counted(same, 'pair')} of the same person, ${withCommas(different)} of different people):`,
    )
    output.say(evaluationText(finished.result))
  }
  output.say('')
  output.say(`report  ${finished.report}`)
  output.say(
    `model   ${finished.model} (ONNX; max |Δcos| to the trained weights ${finished.parity.maxCosineDifference.toExponential(1)})`,
  )
  output.result({
    schema: 'cosface-train/1',
    run: finished.run,
    report: finished.report,
    model: finished.model,
    contract: finished.contract,
    parity: finished.parity,
    ...facts,
    notes,
    ...(finished.result === undefined ? {} : { role: finished.role, result: finished.result }),
  })
  return 0
}
