/** @file How long an update takes on this machine, before there is any data: a few steps of the real training graph. */
import { buildHead } from '../../loss/build.ts'
import type { LossSettings } from '../../loss/head.ts'
import type { Size } from '../../image/image.ts'
import { backbone } from '../../nn/backbones.ts'
import type { Device, OpenSession } from '../../runtime/session.ts'
import { Trainer } from '../../train/trainer.ts'

/** What is measured. */
export interface IterationSetting {
  readonly backbone: string
  readonly size: Size
  readonly embeddingSize: number
  readonly loss: LossSettings
  /** C. */
  readonly classes: number
  /** Images to an update. */
  readonly batch: number
  readonly threads: number
  readonly device: Device
}

/** A measurement, and what it was taken on. */
export interface MeasuredIteration {
  /** Of an update of the whole batch. */
  readonly seconds: number
  /** Images in a measured step; the time is taken in proportion. */
  readonly measuredBatch: number
  /** Classes of the measured head; fewer than there are where they would not fit a quick measurement. */
  readonly measuredClasses: number
}

/** More would need gigabytes, or minutes, for a quick look. */
const largestBatch = 16
const largestHead = 20_000

/**
 * Compiles a training step and runs it a few times on images of no content; nothing is written.
 * @throws UsageError where the setting cannot be, MissingPartError where there is no runtime or device
 */
export async function measureIteration(
  setting: IterationSetting,
  openSession: OpenSession,
): Promise<MeasuredIteration> {
  const { size, embeddingSize, batch, threads, device } = setting
  const measuredBatch = Math.min(batch, largestBatch)
  const measuredClasses = Math.min(setting.classes, largestHead)
  await using trainer = await Trainer.open(
    {
      network: backbone(setting.backbone, { size, embeddingSize }),
      head: buildHead(setting.loss, { classes: measuredClasses, embeddingSize }),
      size,
      classes: measuredClasses,
      batch: measuredBatch,
      accumulate: 1,
      momentum: 0.9,
      weightDecay: 5e-4,
      clip: 0,
      embedBatch: 1,
    },
    { openSession, device, threads, seed: 0 },
  )
  const seconds = ((await trainer.rehearse()) * batch) / measuredBatch
  return { seconds, measuredBatch, measuredClasses }
}
