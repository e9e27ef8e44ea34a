/** @file Any protocol's result as named figures of one shape, so that reports, plots and comparisons treat all protocols alike. */
import { given } from '../../base/given.ts'
import { withCommas } from '../../base/words.ts'
import type { Figure, FigureGroup } from './figure.ts'
import { groupsFigures } from './group-figures.ts'
import type { GroupsResult } from './groups.ts'
import type { IdentificationResult, TpirAtFpir } from './identify.ts'
import type { TemplateVerificationResult } from './ijb.ts'
import type { InsightfaceResult } from './insightface.ts'
import type { MegafaceResult } from './megaface.ts'
import type { OneToManyErrors, OneToOneErrors } from './nist.ts'
import { type PartsResult, partsFigures } from './parts.ts'
import { rateText } from './record.ts'
import type { RetrievalResult } from './retrieval.ts'
import type { TarAtFar, VerificationResult } from '../result.ts'

/** Every result a protocol can give; told apart by `schema`. */
export type ProtocolResult =
  | VerificationResult
  | InsightfaceResult
  | TemplateVerificationResult
  | IdentificationResult
  | MegafaceResult
  | RetrievalResult
  | OneToOneErrors
  | OneToManyErrors
  | GroupsResult
  | PartsResult

type Unknown<T> = { readonly [K in keyof T]: T[K] | undefined }

/** A figure without the parts that are not known. */
const figure = (
  id: string,
  name: string,
  parts: Partial<Unknown<Omit<Figure, 'id' | 'name'>>> = {},
): Figure => {
  const { unit = 'share', value, interval, insufficient, note } = parts
  return {
    id,
    name,
    unit,
    ...given({ value, interval, insufficient, note }),
  }
}

const tars = (points: readonly TarAtFar[]): Figure[] =>
  points.map(({ far, tar, interval, insufficient, threshold }) =>
    figure(`tar@far=${rateText(far)}`, `TAR at FAR ${rateText(far)}`, {
      value: tar,
      interval,
      insufficient,
      note: threshold === undefined ? undefined : `threshold ${threshold.toFixed(4)}`,
    }),
  )

const pairCounts = (pairs: {
  readonly same: number
  readonly different: number
  readonly total?: number
  readonly skipped?: number
}): FigureGroup['counts'] => [
  ['pairs of one person', pairs.same],
  ['pairs of two people', pairs.different],
  ...((pairs.skipped ?? 0) > 0 ? [['pairs left out', pairs.skipped ?? 0] as const] : []),
]

const folds = (standardError: number | undefined, populationStd: number | undefined): Figure[] => [
  ...(standardError === undefined
    ? []
    : [
        figure('standard-error', 'standard error S_E of the accuracy', {
          value: standardError,
          note: 'over folds, ddof 1, over √folds',
        }),
      ]),
  ...(populationStd === undefined
    ? []
    : [
        figure('population-std', 'population std of the accuracy', {
          value: populationStd,
          note: 'over folds, ddof 0: what insightface prints',
        }),
      ]),
]

const verification = (result: VerificationResult): FigureGroup => ({
  title: 'Verification',
  procedure: result.protocol,
  counts: pairCounts(result.pairs),
  figures: [
    figure('accuracy', 'accuracy', { value: result.accuracy, interval: result.accuracyInterval }),
    ...folds(result.standardError, result.populationStd),
    figure('threshold', 'threshold', {
      unit: 'cosine',
      value: result.threshold,
      note:
        result.thresholds.length < 2
          ? undefined
          : `over folds from ${Math.min(...result.thresholds).toFixed(4)} to ${Math.max(...result.thresholds).toFixed(4)}`,
    }),
    figure('auc', 'area under the ROC curve', { value: result.auc, interval: result.aucInterval }),
    figure('eer', 'equal error rate', { value: result.eer, interval: result.eerInterval }),
    ...tars(result.tarAtFar),
  ],
})

const insightface = (result: InsightfaceResult): FigureGroup => ({
  title: 'Verification as insightface does it',
  procedure: result.protocol,
  counts: pairCounts(result.pairs),
  figures: [
    figure('accuracy', 'accuracy', { value: result.accuracy, interval: result.accuracyInterval }),
    ...folds(result.standardError, result.populationStd),
    figure('distance-threshold', 'threshold as a squared distance', {
      unit: 'squared distance',
      value: 2 - 2 * result.threshold,
    }),
    figure('threshold', 'threshold as a cosine', { unit: 'cosine', value: result.threshold }),
    figure('val@far=1e-3', 'VAL at FAR 1e-3', {
      value: result.val,
      interval: result.valInterval,
      insufficient: result.valInsufficient,
      note: `FAR reached ${rateText(Number(result.valFar.toPrecision(3)))}`,
    }),
  ],
})

const templates = (result: TemplateVerificationResult): FigureGroup => ({
  title: 'Verification of templates, 1:1',
  procedure: result.protocol,
  counts: [['templates', result.templates], ...pairCounts(result.pairs)],
  figures: [
    ...tars(result.tarAtFar),
    ...result.closest.flatMap(({ far, tar, reachedFar, interval }, i) =>
      // where ours has no figure for want of pairs, neither has this one
      result.tarAtFar[i]?.tar === undefined
        ? []
        : [
            figure(`tar@far~${rateText(far)}`, `TAR at the FAR closest to ${rateText(far)}`, {
              value: tar,
              interval,
              note: `as public scripts take it; FAR reached ${rateText(Number(reachedFar.toPrecision(3)))}`,
            }),
          ],
    ),
    figure('auc', 'area under the ROC curve', { value: result.auc, interval: result.aucInterval }),
    figure('eer', 'equal error rate', { value: result.eer, interval: result.eerInterval }),
  ],
})

const openFigure = ({ fpir, tpir, interval, insufficient }: TpirAtFpir): Figure[] => [
  figure(`tpir@fpir=${rateText(fpir)}`, `TPIR at FPIR ${rateText(fpir)}`, {
    value: tpir,
    interval,
    insufficient,
  }),
  figure(`fnir@fpir=${rateText(fpir)}`, `FNIR at FPIR ${rateText(fpir)}`, {
    value: tpir === undefined ? undefined : 1 - tpir,
    interval: interval === undefined ? undefined : { low: 1 - interval.high, high: 1 - interval.low },
    insufficient,
  }),
]

const identification = (result: IdentificationResult): FigureGroup => ({
  title: 'Identification, 1:N',
  procedure: result.protocol,
  counts: [
    ['galleries', result.galleries.length],
    ['searches of people enrolled', result.galleries.reduce((sum, { mated }) => sum + mated, 0)],
    ['searches of people not enrolled', result.galleries.reduce((sum, { nonMated }) => sum + nonMated, 0)],
  ],
  figures: [
    ...result.mean.closed.map(({ rank, value, interval }) =>
      figure(`rank-${rank}`, `rank-${rank}`, { value, interval }),
    ),
    ...result.mean.open.flatMap(openFigure),
    ...(result.galleries.length < 2
      ? []
      : result.galleries.flatMap((gallery, i) =>
          gallery.closed.slice(0, 1).map(({ rank, value, interval }) =>
            figure(`gallery-${i + 1}:rank-${rank}`, `rank-${rank} in gallery ${i + 1}`, {
              value,
              interval,
            }),
          ),
        )),
  ],
})

const megaface = (result: MegafaceResult): FigureGroup => ({
  title: 'Identification among distractors',
  procedure: result.protocol,
  counts: [
    ['probes', result.probes],
    ['people', result.people],
    ['searches', result.searches],
    ['distractors', result.distractors],
    ...pairCounts(result.pairs),
  ],
  figures: [
    ...result.identification.flatMap(({ distractors, cmc }) =>
      cmc
        .filter(({ rank }) => rank === 1 || distractors === result.distractors)
        .filter(({ rank }) => rank <= distractors)
        .map(({ rank, value, interval }) =>
          figure(`rank-${rank}@${distractors}`, `rank-${rank} among ${withCommas(distractors)} distractors`, {
            value,
            interval,
          }),
        ),
    ),
    ...tars(result.tarAtFar),
  ],
})

const retrieval = (result: RetrievalResult): FigureGroup => ({
  title: 'Retrieval',
  procedure: result.protocol,
  counts: [
    ['queries', result.queries],
    ['people', result.people],
    ['images alone of their person', result.alone],
  ],
  figures: [
    figure('precision@1', 'precision at 1', result.precisionAt1),
    figure('r-precision', 'R-precision', result.rPrecision),
    figure('map@r', 'MAP@R', result.mapAtR),
  ],
})

const oneToOne = (result: OneToOneErrors): FigureGroup => ({
  title: 'Errors in NIST’s terms, 1:1',
  procedure:
    'FMR: share of non-mated comparisons with score ≥ T; FNMR: share of mated ones with score < T; T is the lowest at which FMR is at ' +
    `most the one asked for; a failure to make a template never matches; 95 % intervals ${result.independent === true ? 'that take comparisons as independent' : 'over people, T kept'}`,
  counts: [
    ['mated comparisons', result.comparisons.mated],
    ['non-mated comparisons', result.comparisons.nonMated],
    ['failures', result.comparisons.failed],
  ],
  figures: result.fnmrAtFmr.map(({ fmr, fnmr, interval, insufficient, threshold }) =>
    figure(`fnmr@fmr=${rateText(fmr)}`, `FNMR at FMR ${rateText(fmr)}`, {
      value: fnmr,
      interval,
      insufficient,
      note: threshold === undefined ? undefined : `threshold ${threshold.toFixed(4)}`,
    }),
  ),
})

const oneToMany = (result: OneToManyErrors): FigureGroup => ({
  title: 'Errors in NIST’s terms, 1:N',
  procedure: result.protocol,
  counts: [
    ['mated searches', result.searches.mated],
    ['non-mated searches', result.searches.nonMated],
  ],
  figures: result.fnirAtFpir.map(({ fpir, fnir, interval, insufficient, threshold }) =>
    figure(`fnir@fpir=${rateText(fpir)}`, `FNIR at FPIR ${rateText(fpir)}`, {
      value: fnir,
      interval,
      insufficient,
      note: threshold === undefined ? undefined : `threshold ${threshold.toFixed(4)}`,
    }),
  ),
})

/** Figures of a part are told from those of others. */
const ofPart = (group: FigureGroup, part: string | undefined): FigureGroup =>
  part === undefined
    ? group
    : {
        ...group,
        title: `${group.title}, ${part}`,
        figures: group.figures.map((one) => ({
          ...one,
          id: `${part}:${one.id}`,
          name: `${one.name} of ${part}`,
        })),
      }

/** The named figures of any protocol's result. */
export function figuresOf(result: ProtocolResult): FigureGroup {
  switch (result.schema) {
    case 'cosface-evaluation/1':
      return ofPart(verification(result), result.part)
    case 'cosface-parts/1':
      return partsFigures(result)
    case 'cosface-insightface/1':
      return insightface(result)
    case 'cosface-templates/1':
      return templates(result)
    case 'cosface-identification/1':
      return identification(result)
    case 'cosface-megaface/1':
      return megaface(result)
    case 'cosface-retrieval/1':
      return retrieval(result)
    case 'cosface-nist-1to1/1':
      return oneToOne(result)
    case 'cosface-nist-1ton/1':
      return oneToMany(result)
    case 'cosface-groups/1':
      return groupsFigures(result)
  }
}
