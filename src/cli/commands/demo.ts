/** @file `cosface demo`: the whole way, on drawn faces or on a folder of the user's. */
import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { given } from '../../base/given.ts'
import { textOption, type OptionSpecs } from '../../base/option.ts'
import { type Command, command } from '../command.ts'
import { jsonOption, seedOption, threadsOption } from '../options.ts'

interface DemoOptions {
  readonly out: string
  readonly seed: number
  readonly threads: number
  readonly json: boolean
}

const options: OptionSpecs<DemoOptions> = {
  seed: seedOption,
  threads: threadsOption,
  out: textOption({
    group: 'Output',
    value: 'folder',
    meaning: 'where everything goes',
    default: 'cosface-demo, or cosface-demo-2 where that exists',
  }),
  json: jsonOption,
}

export const demoCommand: Command = command<DemoOptions>({
  name: 'demo',
  group: 'Start here',
  summary: 'the whole way in a few minutes: draw people, train, test on others, report, export',
  detail:
    'Draws made-up people, trains with the large margin cosine loss, tests on people kept apart, and writes the report and an ONNX model. With a folder of aligned faces it does the same on that.\nNumbers on drawn faces say nothing about photographs.',
  arguments: [
    { name: 'folder', meaning: 'your own folder with one subfolder a person, instead of drawn faces' },
  ],
  options,
  examples: ['cosface demo', 'cosface demo faces/'],
  stopping: 'Finishing the step in hand',
  run: async (context, [folder], { out, seed = 1, threads = availableParallelism() }) => {
    const { showDemo } = await import('../demonstration.ts')
    return showDemo(context, {
      out: out ?? freeFolder('cosface-demo'),
      seed,
      threads,
      ...given({ folder }),
    })
  },
})

/** `name`, or where that is taken `name-2`, `name-3`, … */
function freeFolder(name: string): string {
  let number = 1
  const candidate = (): string => (number === 1 ? name : `${name}-${number}`)
  while (existsSync(candidate())) number++
  return candidate()
}
