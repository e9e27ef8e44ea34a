/** @file Carries an experiment out for a person: which training of how many, the time left in all, the table. */
import type { ExperimentPlan } from '../experiment/plan.ts'
import { type ExperimentEvent, type ExperimentOptions, runExperiment } from '../node/experiment/run.ts'
import { checkDevice, openSession } from '../node/session/open-session.ts'
import { experimentNotes, experimentText } from '../report/experiment-text.ts'
import type { Context, ExitCode } from './command.ts'
import { narrate, stepFacts } from './narrate.ts'
import { Stage } from './training.ts'
import { duration, percent } from './words.ts'

type Told<K extends ExperimentEvent['kind']> = Extract<ExperimentEvent, { kind: K }>

const judgedText = ({ cell, result }: Told<'judged'>): string => {
  const { verification, convergence } = result
  const figures =
    verification === undefined
      ? 'no result'
      : `accuracy ${percent(verification.result.accuracy, 2)}, within a person ${verification.angles.within.toFixed(1)}°, nearest other ${verification.angles.nearest.toFixed(1)}°`
  const words = {
    converged: '',
    failed: '; does not converge: ',
    insufficient: '; converges insufficiently: ',
  }
  const reason = convergence.kind === 'converged' ? '' : convergence.reason
  return `${cell.variant.name}, seed ${cell.seed}: ${figures}${words[convergence.kind]}${reason}`
}

/** Shows the events of an experiment and ends with its table. */
export async function showExperiment(
  context: Context,
  command: 'compare' | 'sweep',
  plan: ExperimentPlan,
  options: Omit<ExperimentOptions, 'openSession' | 'signal'>,
): Promise<ExitCode> {
  const { output, signal } = context
  const out = typeof options.out === 'string' ? options.out : options.out.path
  using stage = new Stage(context)
  let title = ''
  let iterations = 0
  const told = new Set<string>()
  const say = (line: string): void => {
    if (told.has(line)) return
    told.add(line)
    stage.say(line)
  }
  await checkDevice(plan.config.device)
  const events = runExperiment(plan, {
    ...options,
    signal,
    openSession: (spec) => openSession(spec, { notice: output.warn }),
  })
  for await (const event of events) {
    if (event.kind === 'progress') await stage.update(event.what, '', event.done, event.total)
    if (event.kind === 'note') say(event.level === 'warning' ? `Warning: ${event.text}` : event.text)
    if (event.kind === 'cell') {
      const { cell, number, total, state } = event
      title = `${number}/${total} ${cell.variant.name}, seed ${cell.seed}`
      stage.close()
      if (state === 'resume') stage.say(`${title}: going on where it was`)
      if (state === 'done') stage.say(`${title}: done before`)
    }
    if (event.kind === 'run') {
      const inner = event.event
      if (inner.kind === 'start') iterations = inner.iterations
      if (inner.kind === 'step') {
        const left = event.secondsLeft === undefined ? '' : ` · ${duration(event.secondsLeft)} left in all`
        await stage.update(title, '', inner.iteration + 1, iterations, stepFacts(inner) + left)
      }
      if (inner.kind === 'progress' && inner.total >= 10)
        await stage.update(inner.what, '', inner.done, inner.total)
      // of a run's own words those that say something is wrong; data remarks are told once
      if (inner.kind === 'diagnosis' || (inner.kind === 'note' && inner.level === 'warning'))
        for (const line of narrate(inner)) say(line)
    }
    if (event.kind === 'judged') {
      stage.close()
      stage.say(judgedText(event))
    }
    if (event.kind === 'stopped') {
      stage.close()
      output.say(`Stopped with ${event.done} of ${event.total} trainings done; everything is saved.`)
      output.say(`Go on with: cosface ${command} --resume ${out}`)
      output.result({
        schema: 'cosface-experiment/1',
        out,
        stopped: 'interrupted',
        done: event.done,
        total: event.total,
      })
      return 1
    }
    if (event.kind === 'finished') {
      stage.close()
      const { contents, files, results } = event
      output.say('')
      output.say(experimentText(contents))
      output.say('')
      for (const note of experimentNotes(contents)) output.say(note)
      output.say('')
      for (const file of files) output.say(file)
      output.result({
        schema: 'cosface-experiment/1',
        out,
        kind: contents.kind,
        rows: contents.rows.map(({ curves: _curves, ...row }) => row),
        reference: contents.reference,
        seeds: contents.seeds,
        tested: contents.tested,
        bound: contents.sweep?.bound,
        results: results.map(({ curves: _curves, verification, ...cell }) => ({
          ...cell,
          ...(verification === undefined ? {} : { result: verification.result, angles: verification.angles }),
        })),
        files,
      })
    }
  }
  return 0
}
