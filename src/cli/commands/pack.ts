/** @file `cosface pack`: folders into the field's container files, and back. */
import { UsageError } from '../../base/errors.ts'
import { choiceOption, flagOption, type OptionSpecs, textOption } from '../../base/option.ts'
import { type Command, command } from '../command.ts'
import { jsonOption, required } from '../options.ts'
import { progressOf } from '../progress.ts'
import { count } from '../words.ts'

interface PackOptions {
  readonly kind: 'rec' | 'bin' | 'folder'
  readonly out: string
  readonly pairs: string
  readonly overwrite: boolean
  readonly json: boolean
}

const options: OptionSpecs<PackOptions> = {
  kind: choiceOption({
    group: 'Output',
    meaning:
      'rec: train.rec, .idx, .lst and property of a folder of identities; bin: a verification pack of pairs; folder: a .rec unpacked',
    choices: ['rec', 'bin', 'folder'] as const,
    default: 'rec',
  }),
  out: textOption({ group: 'Output', value: 'path', meaning: 'what to write', default: 'must be given' }),
  pairs: textOption({
    group: 'Output',
    value: 'file',
    meaning: 'for bin: the list of pairs',
    default: 'none',
  }),
  overwrite: flagOption({
    group: 'Output',
    meaning: 'replace what is there',
    default: 'what is there is an error',
  }),
  json: jsonOption,
}

export const packCommand: Command = command<PackOptions>({
  name: 'pack',
  group: 'Data',
  summary: 'a folder of identities as RecordIO, pairs as a verification .bin, or a .rec as a folder',
  detail: 'Images go in and come out byte for byte; nothing appears before everything is written.',
  arguments: [
    { name: 'source', meaning: 'folder of images, or train.rec for --kind folder', required: true },
  ],
  options,
  examples: [
    'cosface pack faces/ --out packed/',
    'cosface pack lfw/ --kind bin --pairs pairs.txt --out lfw.bin',
    'cosface pack packed/train.rec --kind folder --out unpacked/',
  ],
  run: async ({ output, signal }, [source = ''], { kind = 'rec', out, pairs, overwrite = false }) => {
    const target = required('--out', out, 'what to write')
    using progress = progressOf(output, 'packing', 'images')
    const common = { overwrite, signal, onProgress: progress.update }
    const finish = (words: string, result: object): 0 => {
      output.say(words)
      output.result({ schema: 'cosface-pack/1', kind, out: target, ...result })
      return 0
    }
    const records = await import('../../node/pack-records.ts')
    if (kind === 'rec') {
      const packed = await records.packRecordIO(source, target, common)
      return finish(
        `${count(packed.images)} images of ${count(packed.identities)} people in ${packed.records}`,
        packed,
      )
    }
    if (kind === 'folder') {
      const images = await records.unpackRecordIO(source, target, common)
      return finish(`${count(images)} images in ${target}`, { images })
    }
    if (pairs === undefined) throw new UsageError('Expected --pairs with the list to pack, got nothing')
    const { readPairSet } = await import('../../node/pair-list.ts')
    const { packBin } = await import('../../node/bin-file.ts')
    const set = await readPairSet(pairs, source)
    const packed = await packBin(set.pairs, source, target, common)
    return finish(`${count(packed.pairs)} pairs in ${target}`, packed)
  },
})
