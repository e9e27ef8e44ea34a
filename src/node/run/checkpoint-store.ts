/**
 * @file Checkpoints in a run folder. Each is written beside the others under another name, brought to the disk, and only
 * then renamed: a crash at any byte leaves the previous one as it was.
 */
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { DataError, FormatError } from '../../base/errors.ts'
import { decodeSafetensors, safetensorsPieces } from '../../tensor/safetensors.ts'
import type { IntTensor, Tensor } from '../../tensor/tensor.ts'
import type { Checkpoint, CheckpointRecord, CheckpointStore } from '../../train/checkpoint.ts'
import { velocityName } from '../../train/recipe.ts'
import { type DraftFolder, openDraftFolder, sweepDrafts } from '../files/draft.ts'
import type { LockedFolder } from '../files/locked-folder.ts'
import { replaceFile } from '../files/replace-file.ts'

const recordFile = 'checkpoint.json'
const weightsFile = 'weights.safetensors'
const optimizerFile = 'optimizer.safetensors'
const bestFile = 'best.json'
/** Ends the names of what is on its way out. */
const partial = '.partial'
const replacedEnding = `.replaced${partial}`
const chunk = 8 << 20

/** The record as stored, with what proves that the arrays are the ones it was written with. */
interface StoredRecord extends CheckpointRecord {
  readonly sha256: Readonly<Record<string, string>>
  /** Of everything else in the record, laid out in any way; absent in records written before there was one. */
  readonly recordSha256?: string
}

const nameOf = (iteration: number): string => String(iteration).padStart(8, '0')

/** Writes pieces, brings them to the disk and returns their hash; in pieces, so that nothing else waits long. */
const writeDurably = async (file: string, pieces: readonly Uint8Array[]): Promise<string> => {
  const hash = createHash('sha256')
  const handle = await open(file, 'wx')
  try {
    for (const piece of pieces) {
      for (let at = 0; at < piece.length; at += chunk) {
        const part = piece.subarray(at, at + chunk)
        hash.update(part)
        await handle.writeFile(part)
      }
    }
    await handle.sync()
  } finally {
    await handle.close()
  }
  return hash.digest('hex')
}

const syncFolder = async (folder: string): Promise<void> => {
  // Windows cannot open folders; renames are durable there by themselves
  const handle = await open(folder, 'r').catch(() => undefined)
  await handle?.sync().catch(() => {})
  await handle?.close()
}

const isVelocity = (name: string): boolean => name.startsWith(velocityName(''))

/** A store in `<run>/checkpoints` that keeps the best and the `keep` latest checkpoints. @defaultValue keep 2 */
export function checkpointFolder(run: LockedFolder, keep = 2): CheckpointStore {
  const root = run.own(join(run.path, 'checkpoints'))
  return {
    save: async ({ record, state }, best) => {
      await mkdir(root, { recursive: true })
      await repairCheckpoints(run)
      const name = nameOf(record.iteration)
      const weights = new Map([...state].filter(([tensor]) => !isVelocity(tensor)))
      const velocities = new Map([...state].filter(([tensor]) => isVelocity(tensor)))
      try {
        await using draft = await openDraftFolder(join(root, name))
        const sha256 = {
          [weightsFile]: await writeDurably(join(draft.path, weightsFile), safetensorsPieces(weights)),
          [optimizerFile]: await writeDurably(join(draft.path, optimizerFile), safetensorsPieces(velocities)),
        }
        const stored = sealed({ ...record, sha256 })
        await writeDurably(join(draft.path, recordFile), [new TextEncoder().encode(recordText(stored))])
        await settle(draft, join(root, name), stored)
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error)
        throw new DataError(`The checkpoint could not be written (${reason}); the previous one is intact`, {
          cause: error,
        })
      }
      await syncFolder(root)
      if (best) await markBest(root, record.iteration)
      await prune(root, keep)
      return join(root, name)
    },
  }
}

const markBest = (root: string, iteration: number): Promise<void> =>
  replaceFile(join(root, bestFile), `${JSON.stringify({ iteration })}\n`)

/** Marks the checkpoint that a run goes on from as best where it is, and a kill came before its mark. */
export async function restoreBestMark(
  run: LockedFolder,
  { iteration, best }: CheckpointRecord,
): Promise<void> {
  if (best?.iteration === iteration && (await bestIteration(run.path)) !== iteration)
    await markBest(join(run.path, 'checkpoints'), iteration)
}

/** Gives a complete draft its final name. */
const settle = async (draft: DraftFolder, final: string, stored: StoredRecord): Promise<void> => {
  if (!existsSync(final)) return draft.settle()
  const before = await readStored(join(final, recordFile)).catch(() => undefined)
  // the arrays are there already: only the record is new, and there is no moment without a checkpoint
  if (before !== undefined && JSON.stringify(before.sha256) === JSON.stringify(stored.sha256))
    return replaceFile(join(final, recordFile), recordText(stored))
  const replaced = `${final}${replacedEnding}`
  await rename(final, replaced)
  await draft.settle()
  await rm(replaced, { recursive: true })
}

/** The record with the hash that shows whether it was edited: what a run goes on with must be what it was begun with. */
const sealed = ({ recordSha256: _, ...record }: StoredRecord): StoredRecord => ({
  ...record,
  recordSha256: createHash('sha256').update(JSON.stringify(record)).digest('hex'),
})

const recordText = (stored: StoredRecord): string => `${JSON.stringify(stored, null, 2)}\n`

/** Takes away what a kill left half-written or half-removed, and puts back a checkpoint whose successor is not there. */
export async function repairCheckpoints(run: LockedFolder): Promise<void> {
  const root = run.own(join(run.path, 'checkpoints'))
  await sweepDrafts(root)
  const entries: readonly string[] = await readdir(root).catch(() => [])
  for (const entry of entries) {
    const path = join(root, entry)
    const final = path.slice(0, -replacedEnding.length)
    if (entry.endsWith(replacedEnding) && !existsSync(final)) await rename(path, final)
    else if (entry.endsWith(partial)) await rm(path, { recursive: true, force: true })
    else await sweepDrafts(path)
  }
}

/** Iterations of the complete checkpoints of a run, in order. */
export async function listCheckpoints(run: string): Promise<number[]> {
  const entries = await readdir(join(run, 'checkpoints')).catch(() => [])
  return entries
    .filter((entry) => /^\d{8,}$/.test(entry))
    .map(Number)
    .toSorted((a, b) => a - b)
}

/** The iteration marked as best, where one is. @throws FormatError where the mark is damaged */
export async function bestIteration(run: string): Promise<number | undefined> {
  const text = await readFile(join(run, 'checkpoints', bestFile), 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  const iteration = iterationIn(text)
  if (iteration !== undefined && (await listCheckpoints(run)).includes(iteration)) return iteration
  throw new FormatError(
    join(run, 'checkpoints', bestFile),
    'names no checkpoint that is there (truncated or edited); without this file the last one counts as best',
  )
}

/** The checkpoint a model is made of: `best` is the last one where validation chose none. */
export type Choice = 'best' | 'last'

/** Which checkpoint a choice means now, with the hash of its weights; undefined where the run has none. */
export async function chosenCheckpoint(
  run: string,
  choice: Choice,
): Promise<{ readonly iteration: number; readonly weights: string } | undefined> {
  const best = choice === 'best' ? await bestIteration(run) : undefined
  const iteration = best ?? (await listCheckpoints(run)).at(-1)
  if (iteration === undefined) return undefined
  return { iteration, weights: (await readRecord(run, iteration)).sha256[weightsFile] ?? '' }
}

const iterationIn = (text: string): number | undefined => {
  try {
    const parsed: unknown = JSON.parse(text)
    const iteration =
      typeof parsed === 'object' && parsed !== null && 'iteration' in parsed ? parsed.iteration : undefined
    return typeof iteration === 'number' ? iteration : undefined
  } catch {
    return undefined
  }
}

const prune = async (root: string, keep: number): Promise<void> => {
  const run = join(root, '..')
  const best = await bestIteration(run)
  const all = await listCheckpoints(run)
  for (const iteration of all.slice(0, -keep)) {
    if (iteration === best) continue
    // first its name: half of a checkpoint must not look like one
    const out = join(root, `${nameOf(iteration)}${partial}`)
    await rename(join(root, nameOf(iteration)), out)
    await rm(out, { recursive: true, force: true })
  }
}

/** Those tensors that are numbers with fractions: all that is trained. */
export const floats = (tensors: ReadonlyMap<string, Tensor | IntTensor>): Map<string, Tensor> => {
  const result = new Map<string, Tensor>()
  for (const [name, { shape, data }] of tensors)
    if (data instanceof Float32Array) result.set(name, { shape, data })
  return result
}

const readPart = async (file: string): Promise<Buffer> =>
  readFile(file).catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new FormatError(file, `this part of the checkpoint cannot be read (${reason})`, undefined, {
      cause,
    })
  })

const readChecked = async (
  folder: string,
  name: string,
  sha256: string | undefined,
): Promise<Map<string, Tensor>> => {
  const file = join(folder, name)
  const bytes = await readPart(file)
  const found = createHash('sha256').update(bytes).digest('hex')
  if (found !== sha256) throw new FormatError(file, 'the content is not what was saved (truncated or edited)')
  return floats(decodeSafetensors(bytes, file).tensors)
}

const isStoredRecord = (value: unknown): value is StoredRecord =>
  typeof value === 'object' &&
  value !== null &&
  'schema' in value &&
  value.schema === 'cosface-checkpoint/1' &&
  'iteration' in value &&
  typeof value.iteration === 'number' &&
  Number.isInteger(value.iteration) &&
  value.iteration >= 0 &&
  'config' in value &&
  'plan' in value &&
  'fingerprint' in value &&
  'identities' in value &&
  Array.isArray(value.identities) &&
  'unreadable' in value &&
  Array.isArray(value.unreadable) &&
  'sha256' in value &&
  typeof value.sha256 === 'object'

/** Reads the readable part alone. @throws FormatError where it is not a checkpoint's */
export async function readRecord(run: string, iteration: number): Promise<StoredRecord> {
  return readStored(join(run, 'checkpoints', nameOf(iteration), recordFile))
}

const readStored = async (file: string): Promise<StoredRecord> => {
  const parsed = parseJson((await readPart(file)).toString(), file)
  if (!isStoredRecord(parsed)) throw new FormatError(file, 'the content is not that of a checkpoint')
  if (parsed.recordSha256 !== undefined && parsed.recordSha256 !== sealed(parsed).recordSha256)
    throw new FormatError(file, 'the content is not what was saved (edited)')
  return parsed
}

const parseJson = (text: string, file: string): unknown => {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new FormatError(file, 'the content is no JSON (truncated or edited)', undefined, { cause: error })
  }
}

/** The weights and buffers of one checkpoint, without the optimizer's state. @throws FormatError where it is damaged */
export async function readWeights(
  run: string,
  iteration: number,
): Promise<{ record: CheckpointRecord; weights: Map<string, Tensor> }> {
  const record = await readRecord(run, iteration)
  const folder = join(run, 'checkpoints', nameOf(iteration))
  return { record, weights: await readChecked(folder, weightsFile, record.sha256[weightsFile]) }
}

/** One whole checkpoint. @throws FormatError where it is damaged */
export async function readCheckpoint(run: string, iteration: number): Promise<Checkpoint> {
  const { record, weights } = await readWeights(run, iteration)
  const folder = join(run, 'checkpoints', nameOf(iteration))
  const velocities = await readChecked(
    folder,
    optimizerFile,
    (await readRecord(run, iteration)).sha256[optimizerFile],
  )
  return { record, state: new Map([...weights, ...velocities]) }
}

/** The latest checkpoint of a run. @throws DataError where there is none, FormatError where it is damaged */
export async function latestCheckpoint(run: string): Promise<Checkpoint> {
  const [iteration, before] = (await listCheckpoints(run)).toReversed()
  if (iteration === undefined) {
    throw new DataError(`${run} holds no checkpoint to go on from; begin anew with another --out`)
  }
  await bestIteration(run)
  return readCheckpoint(run, iteration).catch((error: unknown) => {
    if (!(error instanceof FormatError) || before === undefined) throw error
    const remedy = `remove ${join(run, 'checkpoints', nameOf(iteration))} to go on from iteration ${before}`
    throw new FormatError(error.file, `${error.reason}; ${remedy}`, error.offset, { cause: error })
  })
}
