/** @file The figures of groups, and what is said in a sentence of those that have none. */
import { given } from '../../base/given.ts'
import { parseNumber } from '../../base/option.ts'
import { counted, withCommas } from '../../base/words.ts'
import type { Figure, FigureGroup } from './figure.ts'
import type { GroupResult, GroupsResult } from './groups.ts'

/** Groups named in the sentence on those without figures. */
const named = 10

/** FNMR and FMR of each group; groups without either are folded into a sentence. */
export function groupsFigures(result: GroupsResult): FigureGroup {
  const { column, groups, mixed, without, absent } = result
  const remarks = [withoutFigures(groups.filter(isBare)), rangesHint(result)].filter(
    (text) => text !== undefined,
  )
  return {
    title: `Groups${column === undefined ? '' : ` by ${column}`}`,
    procedure: result.protocol,
    counts: [
      ['groups', groups.length],
      ['pairs across groups', mixed],
      ['pairs without a group', without],
      ...(absent === undefined ? [] : [['images not in the table', absent] as const]),
    ],
    figures: groups.flatMap(figuresOfGroup),
    ...(remarks.length === 0 ? {} : { remarks }),
  }
}

const isBare = ({ fnmr, fmr }: GroupResult): boolean => fnmr === undefined && fmr === undefined

const figuresOfGroup = (one: GroupResult): Figure[] => {
  const { group, fnmr, fmr, insufficient, same, different } = one
  const rates = [['fnmr', 'FNMR', fnmr, same] as const, ['fmr', 'FMR', fmr, different] as const]
  return rates.map(([id, name, rate, pairs]): Figure => ({
    id: `${id}:${group}`,
    name: `${name} of ${group}`,
    unit: 'share',
    ...given({
      value: rate?.value,
      interval: rate?.interval,
      insufficient: rate === undefined ? `insufficient pairs: ${insufficient ?? ''}` : undefined,
    }),
    note: `${counted(pairs, 'pair')}${rate?.apart === true ? '; apart from everybody else' : ''}`,
    ...(isBare(one) ? { folded: true } : {}),
  }))
}

const withoutFigures = (bare: readonly GroupResult[]): string | undefined => {
  const [first, ...more] = bare
  if (first === undefined) return undefined
  if (more.length === 0)
    return `1 group has too few pairs or people: ${first.group} (${(first.insufficient ?? '').replace(/;.*/, '')})`
  const empty = bare.filter(({ same, different }) => same + different === 0).length
  const names = bare.slice(0, named).map(({ group }) => group)
  const rest = bare.length - names.length
  return (
    `${counted(bare.length, 'group')} have too few pairs or people` +
    `${empty === 0 ? '' : ` (${withCommas(empty)} no pair at all)`}: ${names.join(', ')}` +
    (rest === 0 ? '' : `, and ${withCommas(rest)} more`)
  )
}

/** A group for each age is what a column of numbers gives, and none of them carries a figure. */
const rangesHint = ({ column, groups }: GroupsResult): string | undefined => {
  const numbers = groups.map(({ group }) => parseNumber(group)).filter((value) => typeof value === 'number')
  if (column === undefined || !groups.every(isBare) || 2 * numbers.length <= groups.length) return undefined
  const sorted = numbers.toSorted((a, b) => a - b)
  const quarters = [1, 2, 3].map((k) => sorted[Math.floor((k * sorted.length) / 4)])
  const bounds = [...new Set(quarters)].filter((bound) => bound !== sorted[0])
  if (bounds.length === 0) return undefined
  return `Most values of ${column} are numbers: \`--group-by ${column}:${bounds.join(',')}\` puts them into ranges`
}
