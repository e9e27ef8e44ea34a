/** @file The page of an evaluation: result, curves, angles and the hardest pairs as pictures. */
import { basename, join } from 'node:path'
import { hardestPairs } from '../../evaluate/hardest.ts'
import { isUnseen, type Overlap, overlapText } from '../../evaluate/overlap.ts'
import type { ScoredPair } from '../../evaluate/result.ts'
import type { ModelContract } from '../../model/contract.ts'
import type { PicturedPair } from '../../report/contents.ts'
import { evaluationReport } from '../../report/run-report.ts'
import type { PairEvaluation } from './evaluate-pairs.ts'
import { imageKindOf } from '../faces/drawn-folder.ts'
import { loadCrops } from '../faces/images.ts'
import { replaceFile } from '../files/replace-file.ts'
import { dataUri } from '../run/report-pictures.ts'

export interface EvaluationPage {
  readonly file: string
  /** The folder of the images, and what the pairs are called. */
  readonly images: string
  readonly pairs: string
  readonly model: string
  readonly contract: ModelContract
  /** What the model has seen of these people; nothing is claimed where it is not known. */
  readonly overlap?: Overlap
}

const shown = 6

/** Writes the page, whole or not at all. */
export async function writeEvaluationPage(evaluation: PairEvaluation, page: EvaluationPage): Promise<void> {
  const { result, scored, angles } = evaluation
  const { contract } = page
  const isNew = isUnseen(page.overlap)
  const hardest = hardestPairs(scored, shown)
  const html = await evaluationReport({
    title: `${basename(page.model)} on ${page.pairs}`,
    images: imageKindOf([page.images]),
    // only of people the model is known not to know it is said that they took no part
    sets: [{ name: page.pairs, role: isNew ? 'test' : 'watch', result, pairs: scored, unseen: isNew }],
    notes:
      page.overlap === undefined
        ? []
        : [`${overlapText(page.overlap).replace(/^./, (first) => first.toUpperCase())}.`],
    angles: { ...angles, name: page.pairs },
    hardest: await pictured([...hardest.same, ...hardest.different], page),
    environment: {
      model: `${page.model}, ${contract.id}`,
      input: `${contract.input.height}x${contract.input.width} ${contract.channels}, (pixel − ${contract.mean}) / ${contract.std}`,
      flip: contract.flip,
      embedding: `${contract.embeddingSize} numbers`,
      node: process.version,
    },
  })
  await replaceFile(page.file, html)
}

const pictured = async (
  pairs: readonly ScoredPair[],
  { images, contract }: EvaluationPage,
): Promise<PicturedPair[]> => {
  const names = [...new Set(pairs.flatMap(({ a, b }) => [a, b]))]
  const crops = await loadCrops(
    names.map((name) => join(images, name)),
    { size: contract.input },
  )
  const uris = await Promise.all(crops.map(dataUri))
  const pictureOf = new Map(names.map((name, index) => [name, uris[index] ?? '']))
  return pairs.map((pair) => ({
    pair,
    pictureA: pictureOf.get(pair.a) ?? '',
    pictureB: pictureOf.get(pair.b) ?? '',
  }))
}
