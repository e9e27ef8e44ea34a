/** @file `cosface synth`: drawn people for trying things out; no photograph is involved. */
import { given } from '../../base/given.ts'
import { integerOption, type OptionSpecs, sizeOption } from '../../base/option.ts'
import { withCommas } from '../../base/words.ts'
import type { Size } from '../../image/image.ts'
import { type Command, command } from '../command.ts'
import { jsonOption, seedOption } from '../options.ts'
import { openProgress } from '../progress.ts'

interface SynthOptions {
  readonly identities: number
  readonly images: number
  readonly size: Size
  readonly seed: number
  readonly json: boolean
}

const options: OptionSpecs<SynthOptions> = {
  identities: integerOption({
    group: 'Faces',
    meaning: 'how many people to draw',
    unit: 'people',
    min: 1,
    max: 100_000,
    default: '100',
  }),
  images: integerOption({
    group: 'Faces',
    meaning: 'pictures of each',
    unit: 'images',
    min: 1,
    max: 10_000,
    default: '20',
  }),
  size: sizeOption({
    group: 'Faces',
    meaning: 'size of a picture',
    unit: 'pixels',
    min: 16,
    max: 512,
    default: '112x112',
  }),
  seed: seedOption,
  json: jsonOption,
}

export const synthCommand: Command = command<SynthOptions>({
  name: 'synth',
  group: 'Data',
  summary: 'draw a folder of made-up people, for trying things out',
  detail:
    'Draws faces from parts: the person is fixed, pose, expression, clothes, light, blur and occlusion vary. Numbers on drawn faces say nothing about photographs.',
  arguments: [{ name: 'folder', meaning: 'new folder', required: true }],
  options,
  examples: ['cosface synth drawn/ --identities 200 --images 20'],
  run: async ({ output, signal }, [folder = ''], { identities = 100, images = 20, size, seed = 1 }) => {
    const { synthFolder } = await import('../../node/faces/synth-folder.ts')
    let about
    {
      using progress = await openProgress(output, { title: 'drawing', total: identities, unit: 'people' })
      about = await synthFolder({
        folder,
        identities,
        imagesPerIdentity: images,
        seed,
        ...given({ size }),
        signal,
        onProgress: (done) => progress.update(done),
        onNote: output.warn,
      })
    }
    output.say(`${withCommas(identities)} drawn people with ${withCommas(images)} pictures each in ${folder}`)
    output.say('Numbers on drawn faces say nothing about photographs.')
    output.result({ folder, ...about })
    return 0
  },
})
