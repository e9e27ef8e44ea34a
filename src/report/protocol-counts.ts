/** @file The counts that figures rest on, in words. */
import { counted } from '../base/words.ts'
import type { Figure, FigureGroup } from '../evaluate/protocol/figure.ts'

const endings: readonly (readonly [plural: RegExp, singular: string])[] = [
  [/^people$/, 'person'],
  [/ies$/, 'y'],
  [/(?<=ch)es$/, ''],
  [/s$/, ''],
]

/** `pairs of one person` → `pair of one person`: the first word in the plural is the one that is counted. */
const singular = (what: string): string =>
  what.replace(/\b(people|\w+s)\b/, (word) => {
    const [plural = /$/, one = ''] = endings.find(([ending]) => ending.test(word)) ?? []
    return word.replace(plural, one)
  })

/** `6,000 pairs of one person, 1 group`. */
export function countsText({ counts }: Pick<FigureGroup, 'counts'>): string {
  return counts.map(([what, number]) => counted(number, singular(what), what)).join(', ')
}

/** The figures that stand in tables; remarks tell of the others. */
export function tabledFigures({ figures }: FigureGroup): readonly Figure[] {
  return figures.filter(({ folded }) => folded !== true)
}
