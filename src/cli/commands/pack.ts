/** @file `cosface pack rec`, `pack bin` and `pack folder`: folders into the field's container files, and back. */
import { choiceOption, flagOption, type OptionSpec, type OptionSpecs, textOption } from '../../base/option.ts'
import { given } from '../../base/given.ts'
import { counted } from '../../base/words.ts'
import { depthOption } from '../../data/depth-option.ts'
import { type Command, command } from '../command.ts'
import { jsonOption, required } from '../options.ts'
import { progressOf } from '../progress.ts'

const outOption = (value: string, meaning: string): OptionSpec<string> =>
  textOption({ group: 'Output', value, meaning, default: 'must be given' })

const overwriteOption: OptionSpec<boolean> = flagOption({
  group: 'Output',
  meaning: 'replace what is there',
  default: 'what is there is an error',
})

interface PackOptions {
  readonly out: string
  readonly overwrite: boolean
  readonly json: boolean
}

const common: Omit<OptionSpecs<PackOptions>, 'out'> = { overwrite: overwriteOption, json: jsonOption }

const detail = 'Images go in and come out byte for byte; nothing appears before everything is written.'

interface PackRecOptions extends PackOptions {
  readonly depth: number
}

export const packRecCommand: Command = command<PackRecOptions>({
  name: 'pack rec',
  group: 'Data',
  summary: 'a folder of identities as RecordIO: train.rec, train.idx, train.lst and property',
  detail: `${detail} \`cosface train\` reads the result in place.`,
  arguments: [{ name: 'folder', meaning: 'folder with one subfolder a person', required: true }],
  options: { out: outOption('folder|file.rec', 'where it goes'), depth: depthOption('Data'), ...common },
  examples: ['cosface pack rec faces/ --out packed/'],
  run: async ({ output, signal }, [source = ''], { out, depth, overwrite = false }) => {
    const target = required('--out', out, 'what to write')
    const { packRecordIO } = await import('../../node/faces/pack-records.ts')
    using progress = progressOf(output, 'packing', 'images')
    const packed = await packRecordIO(source, target, {
      overwrite,
      signal,
      onProgress: progress.update,
      onNote: output.warn,
      ...given({ depth }),
    })
    for (const note of packed.notes) output.warn(`Note: ${note}`)
    output.say(
      `${counted(packed.images, 'image')} of ${counted(packed.identities, 'person', 'people')} in ${packed.records}`,
    )
    output.result({ schema: 'cosface-pack/1', kind: 'rec', out: target, ...packed })
    return 0
  },
})

interface PackBinOptions extends PackOptions {
  readonly pairs: string
  readonly protocol: 'cfp-ff' | 'cfp-fp'
}

export const packBinCommand: Command = command<PackBinOptions>({
  name: 'pack bin',
  group: 'Data',
  summary: 'pairs with their images as a verification pack, like lfw.bin',
  detail,
  arguments: [{ name: 'folder', meaning: 'folder of the images', required: true }],
  options: {
    pairs: textOption({
      group: 'Pairs',
      value: 'file|folder',
      meaning: 'the pairs: any list that `cosface evaluate` reads, or CFP’s folder',
      default: 'must be given',
    }),
    protocol: choiceOption({
      group: 'Pairs',
      meaning: 'for CFP’s folder, which of its two protocols',
      choices: ['cfp-ff', 'cfp-fp'] as const,
      default: 'by the file',
    }),
    out: outOption('file.bin', 'where it goes'),
    ...common,
  },
  examples: ['cosface pack bin lfw/ --pairs pairs.txt --out lfw.bin'],
  run: async ({ output, signal }, [source = ''], { out, pairs, protocol, overwrite = false }) => {
    const target = required('--out', out, 'what to write')
    const list = required('--pairs', pairs, 'the list to pack')
    const { readPairSet } = await import('../../node/faces/pair-list.ts')
    const { packBin } = await import('../../node/faces/bin-file.ts')
    const set = await readPairSet(list, source, protocol)
    using progress = progressOf(output, 'packing', 'images')
    const packed = await packBin(set.pairs, source, target, {
      overwrite,
      signal,
      onProgress: progress.update,
    })
    output.say(`${counted(packed.pairs, 'pair')} in ${target}`)
    output.result({ schema: 'cosface-pack/1', kind: 'bin', out: target, ...packed })
    return 0
  },
})

export const packFolderCommand: Command = command<Omit<PackOptions, 'overwrite'>>({
  name: 'pack folder',
  group: 'Data',
  summary: 'a RecordIO file unpacked into a new folder of identities',
  detail,
  arguments: [{ name: 'records', meaning: 'train.rec, or the folder it lies in', required: true }],
  options: { out: outOption('folder', 'a new folder'), json: jsonOption },
  examples: ['cosface pack folder packed/train.rec --out unpacked/'],
  run: async ({ output, signal }, [source = ''], { out }) => {
    const target = required('--out', out, 'what to write')
    const { unpackRecordIO } = await import('../../node/faces/pack-records.ts')
    using progress = progressOf(output, 'unpacking', 'images')
    const images = await unpackRecordIO(source, target, {
      signal,
      onProgress: progress.update,
      onNote: output.warn,
    })
    output.say(`${counted(images, 'image')} in ${target}`)
    output.result({ schema: 'cosface-pack/1', kind: 'folder', out: target, images })
    return 0
  },
})
