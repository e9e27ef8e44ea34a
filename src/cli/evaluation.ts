/** @file Evaluates a model for a person. Loaded when it is needed. */
import { basename } from 'node:path'
import type { PairSource } from '../node/evaluate-pairs.ts'
import { evaluatePairs } from '../node/evaluate-pairs.ts'
import { checkPlace } from '../node/replace-file.ts'
import { evaluationText } from '../report/evaluation-text.ts'
import type { Device } from '../runtime/session.ts'
import type { Context, ExitCode } from './command.ts'
import { openModelFor } from './models.ts'
import type { ModelOptions } from './options.ts'
import { progressOf } from './progress.ts'

/** A checked request. */
export interface Request extends Partial<Omit<ModelOptions, 'model'>> {
  readonly model: string
  readonly images: string
  readonly pairs: PairSource
  readonly thresholdFrom?: string
  readonly threshold?: number
  readonly skipMissing?: boolean
  readonly report?: string
  readonly threads?: number
  readonly device?: Device
}

/** Embeds, judges, prints; writes the page where one is asked for. */
export async function evaluate({ output, signal }: Context, request: Request): Promise<ExitCode> {
  if (request.report !== undefined) await checkPlace(request.report)
  await using model = await openModelFor(output, request.model, request)
  let evaluation
  {
    using progress = progressOf(output, 'embedding', 'images')
    evaluation = await evaluatePairs(model, {
      images: request.images,
      pairs: request.pairs,
      ...(request.thresholdFrom === undefined ? {} : { thresholdFrom: request.thresholdFrom }),
      ...(request.threshold === undefined ? {} : { threshold: request.threshold }),
      skipMissing: request.skipMissing ?? false,
      signal,
      onProgress: progress.update,
    })
  }
  output.say(evaluationText(evaluation.result))
  if (request.report !== undefined) {
    const { writeEvaluationPage } = await import('../node/evaluation-page.ts')
    await writeEvaluationPage(evaluation, {
      file: request.report,
      images: request.images,
      pairs:
        request.pairs.kind === 'list' ? basename(request.pairs.file) : `random pairs of ${request.images}`,
      model: request.model,
      contract: model.contract,
    })
    output.say(`report  ${request.report}`)
  }
  output.result(evaluation.result)
  return 0
}
