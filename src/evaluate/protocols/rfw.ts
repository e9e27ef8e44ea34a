/** @file Racial Faces in the Wild: pairs of four groups of people, each group judged on its own. */
import { defineProtocol, type Protocol } from './protocol.ts'
import { nistOption, pairsOption, skipMissingOption } from './shared-options.ts'

export interface RfwAsked {
  readonly pairs: string
  readonly skipMissing: boolean
  readonly nist: boolean
}

export const rfwProtocol: Protocol<RfwAsked> = defineProtocol<RfwAsked>({
  kind: 'rfw',
  question: 'pairs',
  unit: 'images',
  benchmarks: [{ name: 'rfw', title: 'Racial Faces in the Wild' }],
  recognise: async ({ pairs }, files) =>
    pairs !== undefined && (await files.holds('txts/African/African_pairs.txt'))
      ? { benchmark: 'rfw', because: `${pairs} holds RFW’s lists` }
      : undefined,
  options: { pairs: pairsOption, skipMissing: skipMissingOption, nist: nistOption },
})
