/** @file Identification in a folder of people, 1:N. */
import { integerOption, textOption } from '../../base/option.ts'
import { depthOption } from '../../data/depth-option.ts'
import { defineProtocol, type Protocol } from './protocol.ts'

const search = 'Searching (identify)'

export interface IdentificationAsked {
  readonly depth: number
  readonly gallery: string
  readonly enrolled: number
}

export const identificationProtocol: Protocol<IdentificationAsked> = defineProtocol<IdentificationAsked>({
  kind: 'identification',
  question: 'searches',
  unit: 'images',
  benchmarks: [{ name: 'identify', title: 'Identification in a folder' }],
  recognise: async ({ gallery }) =>
    gallery === undefined ? undefined : { benchmark: 'identify', because: '--gallery is given' },
  options: {
    depth: depthOption('Protocol'),
    gallery: textOption({
      group: search,
      value: 'folder',
      meaning: 'the people enrolled, one subfolder each; every image of --images searches among them',
      default: 'half of the people of --images, then the other half',
    }),
    enrolled: integerOption({
      group: search,
      meaning: 'images enrolled of a person',
      unit: 'images',
      min: 1,
      max: 1000,
      default: '1',
    }),
  },
})
