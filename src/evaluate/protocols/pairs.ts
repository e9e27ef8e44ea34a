/** @file Single pairs: LFW, CFP, AgeDB-30, CALFW, CPLFW, packs and lists of any kind, pairs drawn from a folder. */
import {
  choiceOption,
  flagOption,
  integerOption,
  numberOption,
  textOption,
  textsOption,
} from '../../base/option.ts'
import { depthOption } from '../../data/depth-option.ts'
import type { Convention } from '../protocol/convention.ts'
import { type Benchmark, defineProtocol, type Protocol } from './protocol.ts'
import { nistOption, pairsOption, skipMissingOption } from './shared-options.ts'

export interface PairsAsked {
  readonly pairs: string
  readonly skipMissing: boolean
  readonly nist: boolean
  readonly randomPairs: number
  readonly depth: number
  readonly convention: Convention
  readonly thresholdFrom: string
  readonly threshold: number
  readonly checkContract: boolean
  readonly groups: string
  readonly groupBy: readonly string[]
}

const cfp = { files: 'CFP’s folder', alsoIn: ['bin'], images: ['Data', 'Images'] }
const halves = 'a list of two lines for each pair'

const benchmarks: readonly Benchmark[] = [
  {
    name: 'lfw',
    title: 'Labeled Faces in the Wild',
    container: 'pairs',
    files: 'a list of pairs',
    alsoIn: ['bin'],
    packs: /^lfw\b/i,
  },
  { name: 'cfp-ff', title: 'CFP, frontal to frontal', container: 'cfp-ff', packs: /^cfp[-_]?ff\b/i, ...cfp },
  { name: 'cfp-fp', title: 'CFP, frontal to profile', container: 'cfp-fp', packs: /^cfp[-_]?fp\b/i, ...cfp },
  {
    name: 'agedb',
    title: 'AgeDB-30',
    container: 'agedb',
    files: 'a MATLAB file of splits',
    alsoIn: ['bin'],
    packs: /^agedb(?:[-_]?30)?\b/i,
  },
  // the two halves of CALFW's and CPLFW's lists look alike
  {
    name: 'calfw',
    title: 'Cross-Age LFW',
    container: 'calfw',
    files: halves,
    alsoIn: ['bin', 'cplfw'],
    packs: /^calfw\b/i,
  },
  {
    name: 'cplfw',
    title: 'Cross-Pose LFW',
    container: 'cplfw',
    files: halves,
    alsoIn: ['bin', 'calfw'],
    packs: /^cplfw\b/i,
  },
  { name: 'bin', title: 'Verification pack', container: 'bin', files: 'a pickled pack of images' },
  {
    name: 'pairs',
    title: 'Pairs',
    container: 'pairs',
    files: 'a list of pairs',
    only: ['randomPairs', 'depth'],
  },
]

export const pairsProtocol: Protocol<PairsAsked> = defineProtocol<PairsAsked>({
  kind: 'pairs',
  question: 'pairs',
  unit: 'images',
  benchmarks,
  recognise: async ({ pairs, randomPairs, images }, files) => {
    if (randomPairs !== undefined) return { benchmark: 'pairs' }
    if (pairs === undefined)
      return images === undefined
        ? undefined
        : { benchmark: 'pairs', because: `no --pairs is given, so pairs are drawn from ${images}` }
    const container = await files.container()
    const found = benchmarks.findLast((one) => one.container === container)
    if (found === undefined) return undefined
    const because = `${pairs} is ${found.files}`
    const file = pairs.replace(/^.*[\\/]/, '')
    const packed = container === 'bin' ? benchmarks.find(({ packs }) => packs?.test(file)) : undefined
    if (packed !== undefined) return { benchmark: packed.name, container, because: `${because} of that name` }
    if (container === 'pairs' && (await files.hasLfwHeader()))
      return { benchmark: 'lfw', container, because: `${pairs} has the header of LFW’s lists` }
    return { benchmark: found.name, container, because }
  },
  options: {
    pairs: pairsOption,
    skipMissing: skipMissingOption,
    nist: nistOption,
    randomPairs: integerOption({
      group: 'Protocol',
      meaning:
        'instead of a list: so many pairs, half of them the same person, in ten folds that share nobody',
      unit: 'pairs',
      min: 20,
      max: 10_000_000,
      default: 'without --pairs as many as --images allows, at most 6000',
    }),
    depth: depthOption('Protocol'),
    convention: choiceOption({
      group: 'Pairs',
      meaning:
        'cosface: cosine, same iff ≥ threshold; centred: less the other folds’ mean; insightface: features of the mirror image added, squared distance on a grid, same iff < threshold',
      choices: ['cosface', 'centred', 'insightface'] as const,
      default: 'cosface',
    }),
    thresholdFrom: textOption({
      group: 'Pairs',
      value: 'file',
      meaning: 'choose the threshold on this list of pairs instead of on the other folds',
      default: 'the other folds',
    }),
    threshold: numberOption({
      group: 'Pairs',
      meaning: 'judge all pairs with this threshold, chosen elsewhere: a run’s evaluation.json has its own',
      unit: 'cosine',
      min: -1,
      max: 1,
      default: 'chosen on the other folds',
    }),
    checkContract: flagOption({
      group: 'Model',
      meaning:
        'feed 200 of the pairs in other channel orders, scales and crops too, and say so where one is clearly better; the result stays',
      default: 'the contract is taken as given',
    }),
    groups: textOption({
      group: 'Groups',
      value: 'file.csv',
      meaning: 'a table of images (or people) and the groups they are in, for results by group',
      default: 'none',
    }),
    groupBy: textsOption({
      group: 'Groups',
      value: 'column|column:18,30,50',
      range: 'a column of --groups, with the numbers at which ranges begin where it is to be divided',
      meaning: 'which column to group by, by its values or by ranges of its numbers; may be repeated',
      default: 'must be given with --groups',
    }),
  },
})
