/** @file The sets of a training run from its configuration: what to learn from, what to choose by, what to report on. */
import { readFile, stat } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { mapBounded } from '../../base/concurrency.ts'
import { DataError, UsageError } from '../../base/errors.ts'
import { given } from '../../base/given.ts'
import { reasonOf } from '../../base/system-errors.ts'
import { counted } from '../../base/words.ts'
import type { Dataset } from '../../data/dataset.ts'
import { describeDataset } from '../../data/describe.ts'
import type { Remark } from '../../data/describe.ts'
import { decodeText } from '../../data/lists/text.ts'
import { parseNameList } from '../../data/lists/name-list.ts'
import type { NameList } from '../../data/lists/name-list.ts'
import { splitIdentities } from '../../data/split.ts'
import type { SplitRule } from '../../data/split.ts'
import { selectIdentities } from '../../data/subset.ts'
import { imageHeader } from '../../image/header.ts'
import type { Size } from '../../image/image.ts'
import type { DataConfig } from '../../train/config.ts'
import { imageKindOf } from '../faces/drawn-folder.ts'
import { openFaces } from '../faces/face-sets.ts'
import type { FaceSet } from '../faces/face-sets.ts'
import { openPlaces } from '../faces/image-places.ts'
import { isRecordData } from '../faces/record-dataset.ts'

/** The sets of a run; no identity is in two of them. */
export interface TrainingData extends AsyncDisposable {
  readonly train: Dataset
  readonly validation: Dataset
  readonly test: Dataset
  /** What to tell before training begins. */
  readonly remarks: readonly Remark[]
}

const readList = async (path: string): Promise<NameList> => {
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw new UsageError(`The list ${path} cannot be read (${reasonOf(cause)})`, { cause })
  })
  return parseNameList(decodeText(bytes, path), path)
}

/** `FILE`, or `FOLDER=FILE` where FOLDER is one of the folders or its last part: a list for that folder only. */
const listRule = (
  text: string,
  folders: readonly string[],
): { readonly file: string; readonly folder?: string } => {
  for (const folder of folders) {
    for (const name of [folder, basename(resolve(folder))]) {
      if (text.startsWith(`${name}=`)) return { file: text.slice(name.length + 1), folder }
    }
  }
  return { file: text }
}

const people = (count: number): string => counted(count, 'identity', 'identities')

const few = (names: readonly string[]): string =>
  names.slice(0, 3).join(', ') + (names.length > 3 ? ` and ${names.length - 3} more` : '')

/** The sets' rule, or the folder it names. */
const setRule = async (
  value: string | number,
): Promise<{ readonly rule: SplitRule; readonly folder?: string; readonly list?: NameList }> => {
  if (typeof value === 'number') {
    return { rule: value === 0 ? { kind: 'none' } : { kind: 'share', share: value } }
  }
  if (value === '' || value === 'none') return { rule: { kind: 'none' } }
  const share = Number(value)
  if (!Number.isNaN(share)) return setRule(share)
  const found = await stat(value).catch((cause: unknown) => {
    throw new UsageError(`Expected a share, a folder or a list of names, and there is nothing at ${value}`, {
      cause,
    })
  })
  if (found.isDirectory() || (await isRecordData(value))) return { rule: { kind: 'none' }, folder: value }
  const list = await readList(value)
  return { rule: { kind: 'names', names: list.names.map(({ name }) => name), source: value }, list }
}

/** Sizes of up to `most` images, evenly spread, from their first bytes. */
const someSizes = async (set: FaceSet, most: number): Promise<Size[]> => {
  const total = set.samples.length
  const count = Math.min(most, total)
  const chosen = Array.from({ length: count }, (_, place) => Math.floor((place * total) / count))
  await using reader = openPlaces(set.places)
  const sizes = await mapBounded(chosen, 8, async (index) => {
    try {
      const header = imageHeader(await reader.start(index, 65_536))
      return header === undefined ? [] : [{ height: header.height, width: header.width }]
    } catch {
      // unreadable files are counted and named when they are decoded
      return []
    }
  })
  return sizes.flat()
}

/**
 * Opens the folders of `config` and divides their identities. A validation or test folder is taken as a set of its own;
 * names in it that are also trained on are left out of training and said so.
 * @throws UsageError, DataError as `openFaces` and `splitIdentities`; DataError with fewer than two identities left
 */
export async function openTrainingData(config: DataConfig, seed: number, input: Size): Promise<TrainingData> {
  const remarks: Remark[] = []
  const note = (text: string, level: Remark['level'] = 'info'): void => {
    remarks.push({ level, text })
  }
  const all = await openAll(config, note)
  const sets = { validation: await setRule(config.validation), test: await setRule(config.test) }
  const counts = new Array<number>(all.identities.length).fill(0)
  for (const sample of all.samples) counts[sample.identity] = (counts[sample.identity] ?? 0) + 1
  const split = splitIdentities(
    all.names.map((name, index) => ({ name, images: counts[index] ?? 0 })),
    { validation: sets.validation.rule, test: sets.test.rule },
    seed,
  )
  if (split.missing.length > 0) {
    note(`${counted(split.missing.length, 'listed name')} in no folder: ${few(split.missing)}`, 'warning')
  }
  const apart = async (set: 'validation' | 'test'): Promise<FaceSet | undefined> => {
    const { folder } = sets[set]
    if (folder === undefined) return undefined
    const opened = await openFaces([folder], given({ depth: config.depth }))
    for (const text of opened.notes) note(text, 'warning')
    return opened
  }
  const [validationFolder, testFolder] = [await apart('validation'), await apart('test')]
  checkApart(validationFolder, testFolder, config)
  const taken = new Set([...(validationFolder?.names ?? []), ...(testFolder?.names ?? [])])
  const shared = split.train.filter((index) => taken.has(all.names[index] ?? ''))
  if (shared.length > 0) {
    const names = shared.map((index) => all.names[index] ?? '')
    note(
      `${people(shared.length)} not trained on, as validation or test has them too: ${few(names)}`,
      'warning',
    )
  }
  const trained = split.train.filter((index) => !taken.has(all.names[index] ?? ''))
  if (trained.length < 2) {
    throw new DataError(
      `Training needs at least two identities, ${trained.length} ${trained.length === 1 ? 'is' : 'are'} left in ` +
        `${config.folders.join(', ')}${all.dropped > 0 ? ` (${people(all.dropped)} with under ${counted(config.minImages, 'image')} left out)` : ''}`,
    )
  }
  const sizes = await someSizes(all, 400)
  const imagesPerIdentity = trained.map((index) => counts[index] ?? 0)
  const drawn = config.folders.every((folder) => imageKindOf([folder]) === 'drawn faces')
  return {
    train: selectIdentities(all, trained),
    validation: validationFolder ?? selectIdentities(all, split.validation),
    test: testFolder ?? selectIdentities(all, split.test),
    remarks: [...describeDataset({ imagesPerIdentity, sizes, input, drawn }), ...remarks],
    [Symbol.asyncDispose]: async () => {
      for (const set of [all, validationFolder, testFolder]) await set?.[Symbol.asyncDispose]()
    },
  }
}

/** Refuses people who would both choose the model and be reported on. @throws UsageError */
const checkApart = (
  validation: FaceSet | undefined,
  test: FaceSet | undefined,
  config: Pick<DataConfig, 'validation' | 'test'>,
): void => {
  const tested = new Set(test?.names)
  const both = (validation?.names ?? []).filter((name) => tested.has(name))
  if (both.length > 0)
    throw new UsageError(
      `--validation ${config.validation} and --test ${config.test} share ${people(both.length)}: ${few(both)}; nobody may be in both`,
    )
}

type Note = (text: string, level?: Remark['level']) => void

/** The identities to take, by name; `names` where they are listed one by one. */
interface Wanted {
  readonly has: (name: string) => boolean
  readonly list?: NameList
}

const range = /^(\d{1,15})-(\d{1,15})$/

/** `FROM-TO`, both included: the labels of record files, or folders that are numbers. */
const inRange = (text: string): Wanted | undefined => {
  const match = range.exec(text)
  if (match === null) return undefined
  const [from, to] = [Number(match[1]), Number(match[2])]
  if (to < from) throw new UsageError(`Expected \`identities\` to be a range like 0-999, got ${text}`)
  return {
    has: (name) => /^\d{1,15}$/.test(name) && Number(name) >= from && Number(name) <= to,
  }
}

const wantedIdentities = async (file: string): Promise<Wanted> => {
  const isFile = (await stat(file).catch(() => undefined)) !== undefined
  const numbered = isFile ? undefined : inRange(file)
  if (numbered !== undefined) return numbered
  const list = await readList(file)
  const names = new Set(list.names.map(({ name }) => name))
  return { has: (name) => names.has(name), list }
}

const openAll = async (config: DataConfig, note: Note): Promise<FaceSet> => {
  const rule = config.identities === undefined ? undefined : listRule(config.identities, config.folders)
  const wanted = rule === undefined ? undefined : await wantedIdentities(rule.file)
  const found = new Map<string, Set<string>>()
  const limited = (folder: string): boolean => rule?.folder === undefined || rule.folder === folder
  const all = await openFaces(config.folders, {
    mergeNames: config.mergeNames,
    ...given({ depth: config.depth }),
    minImages: config.minImages,
    ...(rule === undefined ? {} : { acceptedBy: rule.file }),
    accept: (name, folder) => {
      if (wanted === undefined || !limited(folder)) return true
      if (!wanted.has(name)) return false
      const names = found.get(folder) ?? new Set()
      found.set(folder, names.add(name))
      return true
    },
  })
  if (rule !== undefined) {
    for (const folder of config.folders.filter(limited)) {
      if (found.has(folder)) continue
      throw new DataError(
        `None of the names in ${rule.file} is an identity in ${folder}` +
          (config.folders.length > 1 ? '; to apply the list to one folder only, write FOLDER=FILE' : ''),
      )
    }
    const list = wanted?.list
    const missing = (list?.names ?? []).filter(
      ({ name }) => ![...found.values()].some((set) => set.has(name)),
    )
    if (missing.length > 0)
      note(
        `${counted(missing.length, 'name')} of ${rule.file} in no folder: ${few(missing.map(({ name }) => name))}`,
        'warning',
      )
    if ((list?.duplicates.length ?? 0) > 0)
      note(`${rule.file} names some twice: ${few(list?.duplicates ?? [])}`)
  }
  for (const text of all.notes) note(text, 'warning')
  if (all.dropped > 0)
    note(`${people(all.dropped)} with under ${counted(config.minImages, 'image')} left out`)
  return all
}
