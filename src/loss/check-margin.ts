/** @file Eq 7 as a gate: a margin no arrangement of classes can satisfy is refused, a doubtful one is named. */
import { UsageError } from '../base/errors.ts'
import { threeDigits } from '../base/words.ts'
import { advise } from './advise.ts'
import { marginUpperBound, scaleLowerBound } from './bounds.ts'
import { expectLoss } from './expect-loss.ts'
import type { BuiltHead, HeadSize, LossSettings } from './head.ts'
import { type MarginHead, normalisesFeatures } from './margin-head.ts'
import type { LossOptions } from './options.ts'

/** @throws UsageError where `margin` is above C/(C−1), the bound of Eq 7 */
export function checkMargin(margin: number, { classes }: HeadSize): void {
  if (classes < 2) return
  const bound = classes / (classes - 1)
  if (margin > bound) {
    throw new UsageError(
      `Expected \`margin\` to be at most C/(C−1) = ${threeDigits(bound)} for ${classes} classes (Eq 7), got ${margin}`,
    )
  }
}

/** What a choice of s and m comes to: a line for each thing that can hardly work, and what can. */
export type MarginAdvice = Pick<BuiltHead, 'warnings' | 'remedy'>

/** Judges s and m with C classes in D dimensions. */
export function marginAdvice(
  head: MarginHead,
  options: LossOptions,
  settings: LossSettings,
  size: HeadSize,
): MarginAdvice {
  const { classes, embeddingSize } = size
  const known = (name: string): boolean => head.options.some((option) => option.name === name)
  if (classes < 2)
    return { warnings: [`With ${classes} class the loss is always 0: there is nothing to tell apart`] }
  const warnings: string[] = []
  const margin = known('margin') ? options.number('margin') : 0
  const scaled = normalisesFeatures(head, options)
  const floor = scaled && known('scale') ? (expectLoss(settings, size)?.floor ?? 0) : 0
  const { regime, largest } = marginUpperBound(classes, embeddingSize)
  if (margin > largest) {
    const why =
      regime === 'plane'
        ? `1 − cos(2π/C) = ${threeDigits(largest)}, the bound of Eq 7 in two dimensions`
        : `${threeDigits(largest)}, which no ${classes} directions in ${embeddingSize} dimensions exceed (Eq 7, C > D + 1)`
    const lowest = floor > 1 ? `, and the loss cannot go under ${threeDigits(floor)}` : ''
    warnings.push(`margin ${margin} is above ${why}: it cannot be satisfied for all classes${lowest}`)
  }
  if (scaled && known('scale')) {
    const scale = options.number('scale')
    const least = scaleLowerBound(classes, 0.9)
    const isTold = warnings.length > 0
    if (scale < least) {
      const lowest = floor > 1 && !isTold ? `go under ${threeDigits(floor)}` : 'become small'
      warnings.push(
        `scale ${scale} is below ${threeDigits(least)}, what ${classes} classes need for a posterior of 0.9 (Eq 6): the loss cannot ${lowest}`,
      )
    } else if (floor > 1 && !isTold) {
      warnings.push(
        `with scale ${scale} and ${known('margin') ? `margin ${margin}` : 'this margin'} the loss cannot go under ${threeDigits(floor)}`,
      )
    }
  }
  return warnings.length === 0 ? { warnings } : { warnings, remedy: suggested(size, known('margin')) }
}

/** The warnings one line each, the last with the remedy. */
export function adviceInLines({ warnings, remedy }: MarginAdvice): readonly string[] {
  return warnings.map((text, i) =>
    remedy !== undefined && i === warnings.length - 1 ? `${text}; ${remedy}` : text,
  )
}

/** What `cosface advise` suggests, unless nothing helps but room; it knows margins in cosine, others keep theirs. */
const suggested = ({ classes, embeddingSize }: HeadSize, hasMargin: boolean): string => {
  const more = 'try a larger --embedding-size'
  if (embeddingSize < 2) return more
  const { scale, margin, lossFloor } = advise({ classes, embeddingSize }).suggestion
  if (lossFloor > 1) return more
  return `try --scale ${scale}${hasMargin ? ` --margin ${margin}` : ''} (cosface advise)`
}
