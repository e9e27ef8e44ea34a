/** @file Every file format that is read from a path, with a sound file of each and how the bytes of it may be turned about. */
import { readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { concatBytes } from '../src/base/bytes.ts'
import { encodeOpenCvFeature } from '../src/data/records/opencv-mat.ts'
import { encodeImageRecord } from '../src/data/records/record-io-image.ts'
import { encodeRecord } from '../src/data/records/record-io.ts'
import { encodeVerificationBin } from '../src/data/records/verification-bin.ts'
import { decodeImage } from '../src/node/faces/decode.ts'
import { openBin } from '../src/node/faces/bin-file.ts'
import { openFeatureFile } from '../src/node/evaluate/feature-file.ts'
import { arraySource, matSource } from '../src/node/evaluate/megaface-files.ts'
import { openModel } from '../src/node/run/model-file.ts'
import { readEmbeddings } from '../src/node/evaluate/protocol-embeddings.ts'
import { openRecordDataset } from '../src/node/faces/record-dataset.ts'
import { openWeights } from '../src/node/run/weights-file.ts'
import { withMetadata } from '../src/onnx/decode.ts'
import { encodeNpy } from '../src/tensor/npy.ts'
import { encodeSafetensors } from '../src/tensor/safetensors.ts'
import type { DamagedReader } from './damaged-lists.ts'
import { damagedLists, noMagic, ofText, readPairsOf, text } from './damaged-lists.ts'
import { projection } from './evaluate-fixture.ts'

/** The words of `width` bytes from `from` to `to` turned round. */
const turned =
  (width: number, from = 0, to?: number) =>
  (bytes: Uint8Array): Uint8Array => {
    const swapped = bytes.slice()
    for (let at = from; at + width <= (to ?? bytes.length); at += width)
      swapped.set(bytes.slice(at, at + width).toReversed(), at)
    return swapped
  }

const replaced =
  (from: string, to: string) =>
  (bytes: Uint8Array): Uint8Array => {
    const at = Buffer.from(bytes).indexOf(from)
    if (at < 0) throw new Error(`${from} is not there`)
    const swapped = bytes.slice()
    swapped.set(Buffer.from(to), at)
    return swapped
  }

const golden = async (name: string): Promise<Uint8Array> =>
  new Uint8Array(await readFile(new URL(`golden/${name}`, import.meta.url)))

interface Records {
  readonly rec: Uint8Array
  readonly idx: Uint8Array
}

/** Three images of two people, with header and identity records. */
const records = (): Records => {
  const image = (letter: string): Uint8Array => new TextEncoder().encode(letter.repeat(90))
  const parts = [
    { labels: [4, 6], image: new Uint8Array(0) },
    { labels: [0], image: image('a') },
    { labels: [0], image: image('b') },
    { labels: [1], image: image('c') },
    { labels: [1, 3], image: new Uint8Array(0) },
    { labels: [3, 4], image: new Uint8Array(0) },
  ].map((record, id) => encodeRecord(encodeImageRecord({ ...record, id, id2: 0 })))
  let at = 0
  const lines = parts.map((part, key) => {
    at += part.length
    return `${key}\t${at - part.length}`
  })
  return { rec: concatBytes(parts), idx: text(...lines) }
}

const readRecords =
  (path: string): DamagedReader['read'] =>
  async (at) => {
    await using set = await openRecordDataset(at(path), { decode: decodeImage })
    for (let i = 0; i < set.samples.length; i++) await set.encoded(i)
  }

const readWeights =
  (file: string): DamagedReader['read'] =>
  async (at) => {
    await using weights = await openWeights(at(file))
    for (const tensor of weights.tensors.values()) await tensor.read()
  }

const readModel =
  (file: string): DamagedReader['read'] =>
  async (at) => {
    await using _model = await openModel(at(file), { threads: 1 })
  }

/** All readers. */
export async function damagedReaders(): Promise<readonly DamagedReader[]> {
  const { rec, idx } = records()
  const features = { shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) }
  const named = text('a/1', 'b/2')
  const pieces: Uint8Array[] = []
  for await (const piece of encodeVerificationBin([text('one'), text('two')], [true])) pieces.push(piece)
  const pack = concatBytes(pieces)
  const tensors = encodeSafetensors(new Map([['embeddings', features]]), { images: '["a","b"]' })
  const column = encodeOpenCvFeature(Float32Array.of(1, 2, 3))
  const embeddings =
    (file: string, names?: string): DamagedReader['read'] =>
    (at) =>
      readEmbeddings(at(file), names === undefined ? undefined : at(names))
  const side = text(JSON.stringify({ channels: 'rgb', mean: 127.5, std: 128, flip: 'concat' }))
  return [
    {
      name: 'RecordIO',
      file: 'train.rec',
      sound: rec,
      beside: { 'train.idx': idx },
      shownBy: 'train.idx',
      read: readRecords('train.rec'),
      swap: turned(4),
    },
    {
      name: 'RecordIO without an index',
      file: 'train.rec',
      sound: rec,
      read: readRecords('train.rec'),
      swap: turned(4),
    },
    ofText('RecordIO index', 'train.idx', idx, readRecords('train.rec'), { beside: { 'train.rec': rec } }),
    ofText('property', 'property', text('2,112,112'), readRecords('train.rec'), {
      beside: { 'train.rec': rec },
      cut: 5,
    }),
    {
      name: 'verification pack',
      file: 'lfw.bin',
      sound: pack,
      read: async (at) => openBin(at('lfw.bin'), decodeImage),
      untold: { 'wrong endian': 'a pickle has one byte order' },
    },
    {
      name: 'npy',
      file: 'e.npy',
      sound: encodeNpy(features),
      read: embeddings('e.npy'),
      swap: replaced('<f4', '>f4'),
    },
    {
      name: 'npy in blocks',
      file: 'e.npy',
      sound: encodeNpy(features),
      read: async (at) => {
        await using file = await openFeatureFile(at('e.npy'))
        return arraySource(file, Int32Array.of(0, 1)).read([0, 1])
      },
      swap: replaced('<f4', '>f4'),
    },
    {
      name: 'safetensors',
      file: 'e.safetensors',
      sound: tensors,
      read: embeddings('e.safetensors'),
      swap: turned(8, 0, 8),
    },
    {
      name: 'safetensors weights',
      file: 'w.safetensors',
      sound: tensors,
      read: readWeights('w.safetensors'),
      swap: turned(8, 0, 8),
    },
    {
      name: 'PyTorch zip',
      file: 'w.pth',
      sound: await golden('torch/tensors-zip.pth'),
      read: readWeights('w.pth'),
      untold: { 'wrong endian': 'its own test: the order is an entry of the zip' },
    },
    {
      name: 'PyTorch legacy',
      file: 'w.pt',
      sound: await golden('torch/tensors-legacy.pth'),
      read: readWeights('w.pt'),
      untold: { 'wrong endian': 'its own test: the order is in the pickle' },
    },
    ofText(
      'JSON lines',
      'e.jsonl',
      text('{"image":"a","template":[1,2]}', '{"image":"b","template":[2,1]}'),
      embeddings('e.jsonl'),
    ),
    ofText('names', 'names.txt', named, embeddings('e.npy', 'names.txt'), {
      beside: { 'e.npy': encodeNpy(features) },
      cut: 4,
      untold: { 'wrong magic': noMagic },
    }),
    ofText('names as JSON', 'e.json', text('["a/1","b/2"]'), embeddings('e.npy'), {
      beside: { 'e.npy': encodeNpy(features) },
      untold: { 'a folder': 'then there are no names' },
    }),
    {
      name: 'OpenCV matrix',
      file: 'a/1.jpg_m.bin',
      sound: column,
      read: async (at) => matSource(dirname(at('a')), { paths: ['a/1.jpg'], people: ['a'] }),
      swap: turned(4),
    },
    {
      name: 'MATLAB',
      file: 'agedb.mat',
      sound: await golden('agedb.mat'),
      read: readPairsOf('agedb.mat', 'agedb'),
      swap: (bytes) => turned(2, 126, 128)(bytes),
    },
    {
      name: 'ONNX',
      file: 'm.onnx',
      sound: projection(1),
      read: readModel('m.onnx'),
      untold: { 'wrong endian': 'protobuf has one byte order' },
    },
    ofText('contract beside a model', 'm.onnx.json', side, readModel('m.onnx'), {
      beside: { 'm.onnx': withMetadata(projection(1), {}) },
      untold: { 'a folder': 'then there is no contract' },
    }),
    ...damagedLists(),
  ]
}
