/** @file `cosface runs`: the runs of a folder, one of them, or two side by side. */
import type { OptionSpecs } from '../../base/option.ts'
import { withCommas } from '../../base/words.ts'
import type { RunSummary } from '../../node/run/run-summary.ts'
import { columnsOf } from '../columns.ts'
import { type Command, command } from '../command.ts'
import { jsonOption } from '../options.ts'
import { duration, percent } from '../words.ts'

interface RunsOptions {
  readonly json: boolean
}

const options: OptionSpecs<RunsOptions> = { json: jsonOption }

const lossInWords = ({ config: { loss } }: RunSummary): string =>
  `${loss.name}${loss.scale === undefined ? '' : ` s ${loss.scale}`}${loss.margin === undefined ? '' : ` m ${loss.margin}`}`

const bestInWords = ({ bestAccuracy, bestIteration }: RunSummary): string =>
  bestAccuracy === undefined ? '–' : `${percent(bestAccuracy)} at ${withCommas(bestIteration ?? 0)}`

const facts = (run: RunSummary): readonly (readonly [string, string])[] => [
  ['state', run.state],
  ['iterations', `${withCommas(run.iteration)} of ${withCommas(run.iterations)}`],
  ['loss now', run.loss === undefined ? '–' : run.loss.toFixed(3)],
  ['best validation', bestInWords(run)],
  ['time', duration(run.seconds)],
  ['trained with', `${run.config.backbone}, ${lossInWords(run)}`],
]

const nextStep = ({ run, state }: RunSummary): string | undefined => {
  if (state === 'stopped' || state === 'interrupted' || state === 'begun')
    return `go on with it: cosface train --resume ${run}`
  return state === 'finished' ? `use it: cosface evaluate --model ${run}` : undefined
}

const runsCommand = command<RunsOptions>({
  name: 'runs',
  group: 'Train',
  summary: 'the runs of a folder: state, loss, best validation, time',
  detail:
    'Lists the runs directly below a folder. A run is running while a process holds its folder; stopped by Ctrl-C; interrupted where it ended without a word; failed where a number was not finite.',
  arguments: [{ name: 'folder', meaning: 'a folder of runs (default: runs)' }],
  options,
  examples: ['cosface runs', 'cosface runs experiments/'],
  run: async ({ output }, [folder = 'runs']) => {
    const { runsBelow } = await import('../../node/run/run-summary.ts')
    const runs = await runsBelow(folder)
    const rows = runs.map((run) => [
      run.run,
      run.state,
      `${withCommas(run.iteration)}/${withCommas(run.iterations)}`,
      run.loss === undefined ? '–' : run.loss.toFixed(3),
      bestInWords(run),
      duration(run.seconds),
      `${run.config.backbone}, ${lossInWords(run)}`,
    ])
    if (runs.length === 0) output.say(`${folder} holds no runs`)
    else
      for (const line of columnsOf([
        ['run', 'state', 'iterations', 'loss', 'best validation', 'time', 'trained with'],
        ...rows,
      ]))
        output.say(line)
    output.result({ schema: 'cosface-runs/1', folder, runs })
    return 0
  },
})

const showCommand = command<RunsOptions>({
  name: 'runs show',
  group: 'Train',
  summary: 'one run: what it was begun with and what became of it',
  detail: 'Shows a run’s state, settings and diagnosis, and what can be done with it next.',
  arguments: [{ name: 'run', meaning: 'a run folder', required: true }],
  options,
  examples: ['cosface runs show runs/first'],
  run: async ({ output }, [folder = '']) => {
    const { runSummary } = await import('../../node/run/run-summary.ts')
    const run = await runSummary(folder)
    for (const line of columnsOf(facts(run))) output.say(line)
    for (const finding of run.findings) output.say(`diagnosis: ${finding}`)
    const next = nextStep(run)
    if (next !== undefined) output.say(next)
    output.result({ schema: 'cosface-run/1', ...run })
    return 0
  },
})

const compareCommand = command<RunsOptions>({
  name: 'runs compare',
  group: 'Train',
  summary: 'two runs side by side: results, and the settings in which they differ',
  detail:
    'Puts two runs side by side. One training each says little about which is better: cosface compare trains several seeds and tests the difference.',
  arguments: [
    { name: 'first', meaning: 'a run folder', required: true },
    { name: 'second', meaning: 'another run folder', required: true },
  ],
  options,
  examples: ['cosface runs compare runs/1 runs/2'],
  run: async ({ output }, [first = '', second = '']) => {
    const { configDifferences, runSummary } = await import('../../node/run/run-summary.ts')
    const [a, b] = [await runSummary(first), await runSummary(second)]
    const others = new Map(facts(b))
    const differences = configDifferences(a.config, b.config)
    const rows = [
      ['', first, second],
      ...facts(a).map(([what, value]) => [what, value, others.get(what) ?? '']),
      ...differences.map((one) => [one.setting, one.first, one.second]),
    ]
    for (const line of columnsOf(rows)) output.say(line)
    if (differences.length === 0) output.say('All settings are the same.')
    output.result({ schema: 'cosface-runs-compare/1', runs: [a, b], differences })
    return 0
  },
})

export const runsCommands: readonly Command[] = [runsCommand, showCommand, compareCommand]
