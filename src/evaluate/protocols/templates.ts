/** @file Templates of several images: IJB-B and IJB-C. */
import { unexpected, UsageError } from '../../base/errors.ts'
import { choiceOption, type OptionSpec } from '../../base/option.ts'
import type { PoolingFlags } from '../protocol/templates.ts'
import { defineProtocol, type Protocol } from './protocol.ts'
import { nistOption, pairsOption, skipMissingOption } from './shared-options.ts'

/** What a row of embeddings is in a template benchmark. */
export type TemplateRows = 'image' | 'image+mirror' | 'template'

export interface TemplatesAsked {
  readonly pairs: string
  readonly skipMissing: boolean
  readonly nist: boolean
  readonly templates: string
  readonly rows: TemplateRows
}

const flagLetters = /^N([01])D([01])F([01])$/i

const flagsOption: OptionSpec<string> = {
  group: 'Templates (ijbb, ijbc)',
  value: 'N1D1F1',
  meaning:
    'how images become templates: N1 keeps the lengths of features, D1 weighs by the detector’s score, F1 adds the mirror image',
  range: 'N, D and F, each with 0 or 1',
  default: 'N1D1F1',
  parse: (text) => text,
  check: (name, value) => {
    if (typeof value === 'string' && flagLetters.test(value)) return value
    throw unexpected(name, 'N, D and F, each with 0 or 1, like N1D1F1', value)
  },
}

/** What `N1D1F1` and the like mean. */
export function poolingFlags(letters: string): PoolingFlags {
  const [, keepNorms, detectorScores, flip] = flagLetters.exec(letters) ?? []
  return { keepNorms: keepNorms === '1', detectorScores: detectorScores === '1', flip: flip === '1' }
}

export const templatesProtocol: Protocol<TemplatesAsked> = defineProtocol<TemplatesAsked>({
  kind: 'templates',
  question: 'pairs',
  unit: 'images',
  benchmarks: [
    { name: 'ijbb', title: 'IJB-B' },
    { name: 'ijbc', title: 'IJB-C' },
  ],
  recognise: async ({ pairs }, files) => {
    const list = pairs === undefined ? undefined : await files.templateList()
    if (pairs === undefined || list === undefined) return undefined
    const letter = (/ijb[-_]?([bc])/i.exec(list) ?? /ijb[-_]?([bc])/i.exec(pairs))?.[1]?.toLowerCase()
    if (letter === undefined)
      throw new UsageError(
        `${pairs} is a template benchmark by its ${list}; say which, --protocol ijbb or ijbc`,
      )
    return { benchmark: `ijb${letter}`, because: `${pairs} holds ${list}` }
  },
  options: {
    pairs: pairsOption,
    skipMissing: skipMissingOption,
    nist: nistOption,
    templates: flagsOption,
    rows: choiceOption({
      group: 'Templates (ijbb, ijbc)',
      meaning:
        'what a row of --embeddings is: an image, an image’s feature beside its mirror image’s, a template',
      choices: ['image', 'image+mirror', 'template'] as const,
      default: 'image',
    }),
  },
})
