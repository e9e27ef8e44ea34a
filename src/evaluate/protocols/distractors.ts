/** @file Probes among distractors: MegaFace’s challenge on any data. */
import { numbersOption, textOption } from '../../base/option.ts'
import { depthOption } from '../../data/depth-option.ts'
import { defineProtocol, type Protocol } from './protocol.ts'

const distractors = 'Distractors (megaface)'

export interface DistractorsAsked {
  readonly depth: number
  readonly distractors: string
  readonly probeList: string
  readonly distractorList: string
  readonly noisyProbes: string
  readonly noisyDistractors: string
  readonly suffix: string
  readonly sizes: readonly number[]
}

export const distractorsProtocol: Protocol<DistractorsAsked> = defineProtocol<DistractorsAsked>({
  kind: 'distractors',
  question: 'searches',
  unit: 'images',
  benchmarks: [{ name: 'megaface', title: 'Identification among distractors' }],
  recognise: async ({ distractors: given }) =>
    given === undefined ? undefined : { benchmark: 'megaface', because: '--distractors is given' },
  options: {
    depth: depthOption('Protocol'),
    distractors: textOption({
      group: distractors,
      value: 'folder|file.npy',
      meaning: 'images of other people, or their embeddings; --images holds the probes',
    }),
    probeList: textOption({
      group: distractors,
      value: 'file.json',
      meaning: 'MegaFace’s list of probes, with who each is',
      default: 'all of --images, or the rows of --embeddings by their names; people by their folders',
    }),
    distractorList: textOption({
      group: distractors,
      value: 'file.json',
      meaning: 'MegaFace’s list of distractors',
      default: 'all of them',
    }),
    noisyProbes: textOption({
      group: distractors,
      value: 'file',
      meaning:
        'probes known to be mislabelled, put at their person’s centre: the result is then called refined',
      default: 'none: raw',
    }),
    noisyDistractors: textOption({
      group: distractors,
      value: 'file',
      meaning: 'distractors that show probes’ people, left out',
      default: 'none: raw',
    }),
    suffix: textOption({
      group: distractors,
      value: 'text',
      range: 'a text',
      meaning: 'what follows an image’s path in the name of its OpenCV matrix',
      default: 'found beside the first image',
    }),
    sizes: numbersOption({
      group: distractors,
      meaning: 'numbers of distractors at which ranks are reported',
      value: '10,1000,100000',
      integer: true,
      min: 1,
      max: 100_000_000,
      default: '10, 100 … 1,000,000',
    }),
  },
})
