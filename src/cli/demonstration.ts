/** @file Shows the demonstration to a person. Loaded when it is needed. */
import { given } from '../base/given.ts'
import { withCommas } from '../base/words.ts'
import { demo, drawn, toyFolder, type DemoOptions } from '../node/experiment/demo.ts'
import { openSession } from '../node/session/open-session.ts'
import { comparisonText } from '../report/evaluation-text.ts'
import type { Context, ExitCode } from './command.ts'
import { conclude, follow } from './training.ts'

const notPhotographs =
  'Drawn faces show that the machinery works; they say nothing about photographs of people.'

/** Runs the demonstration and ends with what to do next. */
export async function showDemo(
  context: Context,
  options: Omit<DemoOptions, 'openSession' | 'signal'>,
): Promise<ExitCode> {
  const { output, signal } = context
  const isDrawn = options.folder === undefined
  if (isDrawn) {
    output.progress(
      `Drawing ${drawn.identities} people with ${drawn.imagesPerIdentity} pictures each, training on some of them, testing on others.`,
    )
    output.progress(notPhotographs)
  }
  const events = demo({
    ...options,
    signal,
    openSession: (spec) => openSession(spec, { notice: output.warn }),
  })
  const outcome = await follow(context, events)
  const out = typeof options.out === 'string' ? options.out : options.out.path
  if (outcome.kind !== 'finished') return conclude(context, `${out}/run`, outcome)
  const { finished, facts } = outcome
  const { result } = finished
  if (result === undefined) {
    output.say(
      'There are too few people to test on (20 with two images or more are needed), so nothing is said',
    )
    output.say('about how good this model is.')
  } else {
    const { same, different } = result.pairs
    output.say('')
    output.say(
      `${withCommas(same)} pairs of the same ${isDrawn ? 'drawn ' : ''}person and ${withCommas(different)} of different ones, nobody of them trained on:`,
    )
    output.say('')
    output.say(comparisonText([...finished.baselines, { name: 'trained with LMCL', result }]))
    output.say('')
    if (isDrawn) output.say(notPhotographs)
  }
  output.say(`Trained at ${facts.imagesPerSecond.toFixed(0)} images/s.`)
  output.say(`report  ${finished.report}`)
  output.say(`model   ${finished.model}`)
  output.say(
    `figures ${toyFolder(out)}/features.svg (what softmax, NSL and LMCL do to features in two dimensions)`,
  )
  output.say('')
  output.say('Next:')
  output.say('  npx cosface train FOLDER              your own faces, aligned, one subfolder a person')
  output.say(`  npx cosface evaluate --model ${finished.model} --images FOLDER --random-pairs 1000`)
  output.say('  npx cosface --help                    everything else')
  output.result({
    schema: 'cosface-demo/1',
    images: isDrawn ? 'drawn faces' : 'photographs',
    run: finished.run,
    report: finished.report,
    model: finished.model,
    baselines: finished.baselines,
    ...given({ result }),
    ...facts,
  })
  return 0
}
