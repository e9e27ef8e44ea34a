/** @file What a trained network must beat on the same pairs: the pixels themselves, and the network before training. */
import { alignmentPoints } from '../../image/alignment.ts'
import { paperNormalisation } from '../../image/normalise.ts'
import { makeBundle } from '../../model/bundle.ts'
import { openEmbeddingModel } from '../../model/embedder.ts'
import type { TrainConfig } from '../../train/config.ts'
import { embedGraph } from '../../train/step.ts'
import { recipeOf } from '../../train/train.ts'
import { initialState } from '../../train/trainer.ts'
import type { FinishOptions } from '../run/finish-run.ts'
import { openDriver } from '../session/open-driver.ts'
import { verifyCrops } from '../run/pair-validation.ts'
import { ownFlip } from '../run/train-data.ts'

/** Judges pairs by the cosine of raw pixels and by the untrained network; both choose their threshold on the other folds. */
export function simpleBaselines(
  config: TrainConfig,
  classes: number,
  signal: AbortSignal,
): NonNullable<FinishOptions['baselines']> {
  return async (pairs) => {
    const raw = await verifyCrops(pairs, async (pixels) => pixels, { flip: ownFlip }, signal)
    const recipe = recipeOf(config, classes)
    const bundle = makeBundle({
      graph: embedGraph(recipe, 1),
      weights: await initialState(recipe, config.seed),
      contract: { ...paperNormalisation, flip: ownFlip, alignmentPoints: alignmentPoints(config.size) },
    })
    const { driver } = await openDriver({ threads: config.threads })
    await using opened = driver
    await using model = await openEmbeddingModel(opened, bundle.bytes, 'the untrained network', {
      device: 'cpu',
      threads: config.threads,
    })
    const untrained = await verifyCrops(pairs, model.embed, { flip: ownFlip }, signal)
    return [
      { name: 'raw pixels', verification: raw },
      { name: 'untrained network', verification: untrained },
    ]
  }
}
