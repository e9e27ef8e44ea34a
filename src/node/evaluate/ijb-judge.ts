/** @file Templates of IJB-B or -C judged by the benchmark's lists: pairs by matrix products, searches in its galleries. */
import { availableParallelism } from 'node:os'
import { basename } from 'node:path'
import { given } from '../../base/given.ts'
import { Opened } from '../../base/opened.ts'
import { counted } from '../../base/words.ts'
import { templateEvaluation } from '../../evaluate/protocol/evaluations.ts'
import type { IdentificationResult } from '../../evaluate/protocol/identify.ts'
import { judgeGalleries, search } from '../../evaluate/protocol/identify.ts'
import type {
  TemplatePairList,
  TemplateScores,
  TemplateVerificationResult,
} from '../../evaluate/protocol/ijb.ts'
import {
  judgeTemplatePairs,
  scoreTemplatePairs,
  scoreTemplatePairsBy,
  templatePeople,
} from '../../evaluate/protocol/ijb.ts'
import { tarOutcomes, unitsOf } from '../../evaluate/protocol/outcomes.ts'
import { benchmarkFacts } from '../../evaluate/protocols/registry.ts'
import type { ProtocolEvaluation } from '../../evaluate/protocol/report.ts'
import type { PooledTemplates, PoolingFlags } from '../../evaluate/protocol/templates.ts'
import type { Driver } from '../../runtime/driver.ts'
import { type MetaFiles, subjectTemplates } from './ijb-files.ts'
import type { JudgingLists } from './ijb-lists.ts'
import { openDriverIfInstalled, openScoreProduct } from '../session/score-product.ts'

/** How templates are judged. */
export interface JudgeIjbOptions {
  /** What the report calls the model. @defaultValue model */
  readonly name?: string
  /** Which benchmark it is. @defaultValue by the name of its lists, else IJB-C */
  readonly benchmark?: string
  /** How faces were cut out, for the record. */
  readonly aligner?: string
  readonly seed?: number
  readonly replicates?: number
  /** Leave images that are missing out of their templates, and count them. @defaultValue false */
  readonly skipMissing?: boolean
  /** Runs the matrix products that score pairs; by default one is opened where pairs are many. */
  readonly driver?: Driver
}

export interface IjbEvaluation {
  readonly evaluation: ProtocolEvaluation
  readonly verification: TemplateVerificationResult
  /** Where the folder has galleries and probes. */
  readonly identification?: IdentificationResult
}

/** With fewer pairs, opening a runtime takes longer than the pairs do. */
const manyPairs = 500_000

/** The pairs' scores, by matrix products where they are many. @param theirs the driver that makes them; by default one is opened */
export async function scorePairs(
  templates: PooledTemplates,
  pairs: TemplatePairList,
  theirs?: Driver,
): Promise<TemplateScores> {
  await using opened = new Opened()
  const own =
    theirs === undefined && pairs.same.length >= manyPairs ? await openDriverIfInstalled() : undefined
  const driver = theirs ?? (own === undefined ? undefined : opened.use(own))
  // one by one without a runtime: slower, the same figures
  if (driver === undefined) return scoreTemplatePairs(templates, pairs)
  return await scoreTemplatePairsBy(
    templates,
    pairs,
    async (rows) => opened.use(await openScoreProduct(driver, rows, availableParallelism())).product,
  )
}

/** What was measured besides the lists: templates, and how they came about. */
export interface Measured {
  readonly templates: PooledTemplates
  readonly flags?: PoolingFlags
  readonly pooling: string
  readonly model?: string
  /** How rows of features computed before were found, for the record. */
  readonly rows?: string
  /** Images left out of their templates since they are missing. */
  readonly skipped?: number
}

/** Judges templates by the lists of the folder. @throws DataError, FormatError */
export async function judgeTemplates(
  files: MetaFiles,
  { pairs, galleries, probes }: JudgingLists,
  { templates, pooling, flags, model, rows, skipped }: Measured,
  options: JudgeIjbOptions,
): Promise<IjbEvaluation> {
  const scores = await scorePairs(templates, pairs, options.driver)
  // the scores are sorted in place; the few of one person are kept as they are listed
  const own = scores.same.slice()
  const common = {
    seed: options.seed ?? 0,
    ...given({ replicates: options.replicates }),
  }
  const { result: verified, accepted } = judgeTemplatePairs(templates, pairs, {
    ...common,
    pooling,
    scores,
    ...given({ model }),
  })
  const verification = { ...verified, ...given({ skipped }) }
  const outcomes = tarOutcomes(own, templatePeople(pairs), verification.tarAtFar, unitsOf(listed(pairs)))
  const searching = probes === undefined ? undefined : subjectTemplates(templates, probes)
  const searches =
    searching === undefined
      ? []
      : galleries.map((gallery) => search(searching, subjectTemplates(templates, gallery)))
  const identification = searches.length === 0 ? undefined : judgeGalleries(searches)
  const evaluation = templateEvaluation(
    {
      name: options.name ?? 'model',
      record: {
        ...benchmarkFacts(options.benchmark ?? (/ijb-?b/i.test(files.pairs) ? 'ijbb' : 'ijbc')),
        convention: flags === undefined ? 'templates as given, normalised' : pooling,
        aligner: options.aligner ?? 'five points of the list to the 112×112 template',
        seed: common.seed,
        files: [files.images, files.pairs, files.faces, ...files.galleries, files.probes]
          .filter((path) => path !== undefined)
          .map((path) => basename(path)),
        ...given({ model, rows }),
      },
    },
    {
      verification,
      scores,
      accepted,
      outcomes,
      searches,
      ...given({ identification }),
      ...(skipped === undefined
        ? {}
        : { warnings: [`${counted(skipped, 'image')} left out of their templates, since they are missing`] }),
    },
  )
  return { verification, evaluation, ...given({ identification }) }
}

function* listed(pairs: TemplatePairList): Generator<number> {
  yield pairs.same.length
  for (let i = 0; i < pairs.same.length; i++) {
    const [first, second] = [pairs.first[i], pairs.second[i]]
    if (pairs.same[i] !== 1 || first === undefined || second === undefined) continue
    yield first
    yield second
  }
}
