/** @file After the last iteration: export the chosen model, report once on the test identities, write the page. */
import { availableParallelism, cpus } from 'node:os'
import { given } from '../../base/given.ts'
import type { VerificationResult } from '../../evaluate/result.ts'
import { thresholdFrom, type Verification } from '../../evaluate/verify.ts'
import { openEmbeddingModel } from '../../model/embedder.ts'
import type { ModelContract } from '../../model/contract.ts'
import type { Parity } from '../../model/parity.ts'
import { runReport } from '../../report/run-report.ts'
import { runSeries } from '../../report/series.ts'
import type { ReportedSet } from '../../report/contents.ts'
import type { ImageKind } from '../../report/words.ts'
import type { UnreadableImage } from '../../data/dataset.ts'
import type { OpenSession } from '../../runtime/session.ts'
import type { TrainConfig } from '../../train/config.ts'
import type { TrainEvent } from '../../train/events.ts'
import { imageKindOf } from '../faces/drawn-folder.ts'
import { expectLoss } from '../../loss/expect-loss.ts'
import { exportRun } from './export-run.ts'
import { verifyCrops, type PairCrops } from './pair-validation.ts'
import { loadHeldOut } from './held-out.ts'
import { openDriver } from '../session/open-driver.ts'
import type { LockedFolder } from '../files/locked-folder.ts'
import { identityAngles, picturedPairs, sampleCrops } from './report-pictures.ts'
import { runPaths, writeJson } from './run-folder.ts'
import { ownFlip, splitSeedOf, type Prepared, type RunData } from './train-data.ts'

/** What a finished run has to show. */
export interface FinishedRun {
  readonly run: string
  readonly model: string
  readonly report: string
  readonly contract: ModelContract
  readonly parity: Parity
  /** On the test identities, else on the validation identities; absent where there were too few people for either. */
  readonly result?: VerificationResult
  readonly role?: 'test' | 'validation'
  /** Other ways of judging the same pairs, where any were asked for. */
  readonly baselines: readonly { readonly name: string; readonly result: VerificationResult }[]
}

export interface FinishOptions {
  readonly folder: LockedFolder
  readonly config: TrainConfig
  readonly data: RunData
  readonly events: readonly TrainEvent[]
  readonly openSession: OpenSession
  readonly prepared: Prepared
  /** Told of test images that can no longer be read. */
  readonly onUnreadable: (image: UnreadableImage) => void
  readonly signal: AbortSignal
  /** @defaultValue photographs */
  readonly images?: ImageKind | undefined
  readonly baselines?:
    | ((
        pairs: PairCrops,
      ) => Promise<readonly { readonly name: string; readonly verification: Verification }[]>)
    | undefined
}

/** Exports, evaluates and reports; each file is replaced whole or not at all. */
export async function finishRun(options: FinishOptions): Promise<FinishedRun> {
  const { folder, config, data, events, openSession, prepared, onUnreadable, signal } = options
  const paths = runPaths(folder.path)
  prepared('exporting the model', 0, 3)
  const exported = await exportRun(paths.folder, { file: paths.model, openSession })
  const opened = await openDriver({ threads: config.threads })
  await using driver = opened.driver
  await using model = await openEmbeddingModel(driver, exported.bytes, paths.model, {
    device: 'cpu',
    threads: config.threads,
  })
  prepared('evaluating', 1, 3)
  const judged: {
    readonly set: ReportedSet
    readonly crops: PairCrops
    readonly verification: Awaited<ReturnType<typeof verifyCrops>>
  }[] = []
  const judge = async (role: 'test' | 'validation', crops: PairCrops): Promise<void> => {
    const chosen = judged.find(({ set }) => set.role === 'validation')
    const from =
      role === 'test' && chosen !== undefined
        ? thresholdFrom(chosen.verification.scored, 'the validation identities')
        : undefined
    const verification = await verifyCrops(
      crops,
      model.embed,
      { flip: ownFlip, ...given({ thresholdFrom: from }) },
      signal,
    )
    const set = { name: `${role} identities`, role, result: verification.result, pairs: verification.scored }
    judged.push({ set, crops, verification })
  }
  if (data.validationPairs !== undefined) await judge('validation', data.validationPairs)
  const { pairs: testPairs } = await loadHeldOut(data.sets.test, {
    seed: splitSeedOf(config),
    size: config.size,
    // what broke while the run was under way does not take the result away
    maxUnreadable: 1,
    known: data.batches.unreadable,
    onUnreadable,
    signal,
  })
  if (testPairs !== undefined) await judge('test', testPairs)
  const head = judged.find(({ set }) => set.role === 'test') ?? judged[0]
  prepared('writing the report', 2, 3)
  const baselines = head === undefined ? [] : ((await options.baselines?.(head.crops)) ?? [])
  const expected = expectLoss(config.loss, {
    classes: data.sets.train.identities.length,
    embeddingSize: config.embeddingSize,
  })
  const page = await runReport({
    title: options.images === 'drawn faces' ? 'A recogniser of drawn faces' : `Training run ${paths.folder}`,
    images: options.images ?? 'photographs',
    config,
    events,
    sets: judged.map(({ set }) => set),
    baselines: baselines.map(({ name, verification }) => ({
      name,
      result: verification.result,
      pairs: verification.scored,
    })),
    ...(head === undefined
      ? {}
      : {
          angles: identityAngles(
            head.verification.templates,
            head.verification.scored,
            `${head.set.role} identities`,
          ),
          hardest: await picturedPairs(head.verification.scored, head.crops),
        }),
    crops: await sampleCrops(data.sets.train, config),
    environment: environmentOf(events, exported.contract),
    ...(expected === undefined ? {} : { expectedFirstLoss: expected.first }),
  })
  await writeJson(folder, paths.evaluation, {
    schema: 'cosface-run/1',
    model: exported.contract.id,
    sets: judged.map(({ set }) => ({ name: set.name, role: set.role, result: set.result })),
  })
  await folder.replace(paths.report, page)
  prepared('writing the report', 3, 3)
  return {
    run: paths.folder,
    model: paths.model,
    report: paths.report,
    contract: exported.contract,
    parity: exported.parity,
    baselines: baselines.map(({ name, verification }) => ({ name, result: verification.result })),
    ...(head === undefined
      ? {}
      : { result: head.set.result, role: head.set.role === 'test' ? 'test' : 'validation' }),
  }
}

/** The page of a run that ended in a number that is not finite: its curves and what was said, no model and no result. */
export async function reportStopped({
  folder,
  config,
  data,
  events,
}: Pick<FinishOptions, 'folder' | 'config' | 'data' | 'events'>): Promise<void> {
  const expected = expectLoss(config.loss, {
    classes: data.sets.train.identities.length,
    embeddingSize: config.embeddingSize,
  })
  const page = await runReport({
    title: `Training run ${folder.path}`,
    images: imageKindOf(config.data.folders),
    config,
    events,
    sets: [],
    crops: await sampleCrops(data.sets.train, config),
    environment: environmentOf(events, undefined),
    ...(expected === undefined ? {} : { expectedFirstLoss: expected.first }),
  })
  await folder.replace(runPaths(folder.path).report, page)
}

const environmentOf = (
  events: readonly TrainEvent[],
  contract: ModelContract | undefined,
): Record<string, string> => {
  const start = events.findLast((event) => event.kind === 'start')
  const { seconds, meanImagesPerSecond = NaN, waitedShare = NaN } = runSeries(events)
  const fingerprint = start?.kind === 'start' ? start.fingerprint : undefined
  return {
    ...(contract === undefined ? {} : { model: contract.id }),
    processor: `${cpus()[0]?.model.trim() ?? process.arch}, ${availableParallelism()} cores`,
    node: process.version,
    ...(fingerprint === undefined
      ? {}
      : {
          runtime: `${fingerprint.runtime}, ${fingerprint.driver} driver, ${fingerprint.threads} threads`,
          plan: fingerprint.plan,
        }),
    ...(seconds === undefined
      ? {}
      : {
          'training time': `${(seconds / 60).toFixed(1)} minutes, ${meanImagesPerSecond.toFixed(1)} images/s, ${(waitedShare * 100).toFixed(1)} % waiting for data`,
        }),
  }
}
