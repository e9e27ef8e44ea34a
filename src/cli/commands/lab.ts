/** @file `cosface lab`: the paper as a page that trains in the browser. */
import { flagOption, integerOption, type OptionSpecs } from '../../base/option.ts'
import { type Command, command } from '../command.ts'
import { jsonOption } from '../options.ts'

interface LabOptions {
  readonly port: number
  readonly open: boolean
  readonly json: boolean
}

const options: OptionSpecs<LabOptions> = {
  port: integerOption({
    group: 'Server',
    meaning: 'the port to listen on; 0 takes any that is free',
    min: 0,
    max: 65_535,
    default: '4173',
  }),
  open: flagOption({ group: 'Server', meaning: 'show the page in the system’s browser' }),
  json: jsonOption,
}

export const labCommand: Command = command<LabOptions>({
  name: 'lab',
  group: 'Understand',
  summary: 'the paper as a page: move s and m, and watch a network learn in your browser',
  detail:
    'Serves the lab to this machine only and prints its address; Ctrl-C ends it. The page trains in the browser and asks for nothing else after loading: the files in dist/studio of the package can be put on any web host.',
  arguments: [],
  options,
  examples: ['cosface lab', 'cosface lab --port 0 --open'],
  stopping: 'Closing the lab',
  run: async ({ output, signal }, _args, given) => {
    const [{ serveFolder }, { labFolder, openBrowser }] = await Promise.all([
      import('../../node/files/static-server.ts'),
      import('../../node/experiment/lab.ts'),
    ])
    await using server = await serveFolder({ folder: labFolder, port: given.port ?? 4173 })
    output.say(`The lab is at ${server.address} (Ctrl-C ends it)`)
    output.result({ schema: 'cosface-lab/1', address: server.address, port: server.port })
    if (given.open === true && !(await openBrowser(server.address)))
      output.warn('This system has no way to open a browser: open the address by hand')
    if (!signal.aborted)
      await new Promise((resolve) => {
        signal.addEventListener('abort', resolve, { once: true })
      })
    return 0
  },
})
