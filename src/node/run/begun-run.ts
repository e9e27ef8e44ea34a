/** @file What a run was begun with, as its folder tells: compared with its checkpoint, or taken up where there is none. */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { DataError, FormatError } from '../../base/errors.ts'
import { given } from '../../base/given.ts'
import type { Plan } from '../../onnx/plan.ts'
import { decodeSafetensors } from '../../tensor/safetensors.ts'
import type { Tensor } from '../../tensor/tensor.ts'
import type { TrainConfig } from '../../train/config.ts'
import { storedConfig } from '../../train/configure.ts'
import { floats } from './checkpoint-store.ts'
import { readEvents, type RunPaths } from './run-folder.ts'

/** A run goes on as it was begun; whoever edits its configuration expects something else. @throws DataError */
export async function checkConfig(paths: RunPaths, begun: TrainConfig): Promise<void> {
  const text = await readFile(paths.config, 'utf8').catch(() => undefined)
  if (text === undefined || sameJson(text, begun)) return
  throw new DataError(
    `${paths.config} is not what the checkpoint was trained with: one of them was edited or is another run's. ` +
      'A run goes on only as it was begun; to train with other settings begin another by --config',
  )
}

/** What a run was begun with that has no checkpoint yet. */
export interface BegunRun {
  readonly config: TrainConfig
  /** Those it was to learn, in the order of their labels; absent where that was not written any more. */
  readonly identities?: readonly string[]
  /** The plan it had, where it came that far. */
  readonly plan?: Plan
  /** The weights it started from, where they were given and not drawn. */
  readonly initial?: ReadonlyMap<string, Tensor>
}

/** Reads what a run was begun with. @throws FormatError where its files were edited */
export async function readBegun(paths: RunPaths): Promise<BegunRun> {
  const start = (await readEvents(paths)).findLast((event) => event.kind === 'start')
  const split = await readJson(paths.split)
  const learned = typeof split === 'object' && split !== null && 'train' in split ? split.train : undefined
  const identities = Array.isArray(learned) ? learned.filter((name) => typeof name === 'string') : undefined
  return {
    config: await readStoredConfig(paths.config),
    ...given({ identities }),
    ...(start === undefined ? {} : { plan: start.plan }),
    ...(existsSync(paths.initial)
      ? { initial: floats(decodeSafetensors(await readFile(paths.initial), paths.initial).tensors) }
      : {}),
  }
}

const readStoredConfig = async (file: string): Promise<TrainConfig> => {
  const stored = await readJson(file)
  try {
    return storedConfig(stored)
  } catch (cause) {
    throw new FormatError(file, cause instanceof Error ? cause.message : String(cause), undefined, { cause })
  }
}

/** A JSON file of the run; undefined where it was not written yet. */
const readJson = async (file: string): Promise<unknown> => {
  if (!existsSync(file)) return undefined
  try {
    return JSON.parse(await readFile(file, 'utf8'))
  } catch (cause) {
    throw new FormatError(file, 'the content is no JSON (truncated or edited)', undefined, { cause })
  }
}

const sameJson = (text: string, value: unknown): boolean => {
  try {
    return JSON.stringify(JSON.parse(text)) === JSON.stringify(value)
  } catch {
    return false
  }
}
