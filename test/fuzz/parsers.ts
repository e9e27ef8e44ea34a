/** @file Every parser with sound files to damage. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { create } from 'tar'
import { concatBytes } from '../../src/base/bytes.ts'
import { memoryFile } from '../../src/base/random-access.ts'
import { DataError, UsageError } from '../../src/base/errors.ts'
import { parseCsv } from '../../src/data/check/table.ts'
import { readAgeDbPairs } from '../../src/data/lists/agedb.ts'
import { parseCrossLfwPairs } from '../../src/data/lists/calfw.ts'
import { readCfpPairs } from '../../src/data/lists/cfp.ts'
import { parseGroups } from '../../src/data/lists/groups.ts'
import {
  parseDetectedFaces,
  parseTemplateImages,
  parseTemplatePairs,
  parseTemplateSubjects,
} from '../../src/data/lists/ijb.ts'
import { parseImageList, parsePathLabels } from '../../src/data/lists/labels.ts'
import { parseEmbeddingLines, parseRowNames, parseRowRecord } from '../../src/data/lists/embeddings.ts'
import { parseFaceList, parseNoiseList } from '../../src/data/lists/megaface.ts'
import { decodeText } from '../../src/data/lists/text.ts'
import { parseYtfSplits } from '../../src/data/lists/ytf.ts'
import { parseNameList } from '../../src/data/lists/name-list.ts'
import { decodeOpenCvMat, encodeOpenCvFeature } from '../../src/data/records/opencv-mat.ts'
import { readPickle } from '../../src/data/pickle/pickle.ts'
import { encodeImageRecord } from '../../src/data/records/record-io-image.ts'
import { formatRecordIndex, parseRecordIndex, scanRecords } from '../../src/data/records/record-io-index.ts'
import { readImageRecord, readRecordLayout } from '../../src/data/records/record-io-layout.ts'
import { parseRecordProperty } from '../../src/data/records/record-io-property.ts'
import { encodeRecord } from '../../src/data/records/record-io.ts'
import { openTorchCheckpoint } from '../../src/data/torch/torch-checkpoint.ts'
import { readVerificationBin } from '../../src/data/records/verification-bin.ts'
import { openSafetensorsWeights } from '../../src/data/torch/safetensors-weights.ts'
import { unpackTgz } from '../../src/node/files/unpack.ts'
import { parsePairs } from '../../src/evaluate/pairs.ts'
import { imageHeader } from '../../src/image/header.ts'
import { readContract } from '../../src/model/metadata.ts'
import { parseSideContract } from '../../src/model/side-file.ts'
import { readOnnx } from '../../src/onnx/decode.ts'
import { encodeOnnx } from '../../src/onnx/encode.ts'
import { decodeNpy, encodeNpy, readNpyLayout } from '../../src/tensor/npy.ts'
import { decodeSafetensors, encodeSafetensors } from '../../src/tensor/safetensors.ts'

/** A parser and what it is fed. */
export interface Fuzzed {
  readonly name: string
  readonly seeds: readonly Uint8Array[]
  readonly parse: (bytes: Uint8Array) => unknown
}

/** An archive of two files, not compressed, so that damage reaches its headers. */
const tarArchive = async (): Promise<Uint8Array> => {
  const folder = await mkdtemp(join(tmpdir(), 'cosface-fuzz-'))
  await mkdir(join(folder, 'lfw', 'Ann'), { recursive: true })
  await writeFile(join(folder, 'lfw', 'Ann', '1.jpg'), 'picture')
  await writeFile(join(folder, 'lfw', `${'long'.repeat(40)}.jpg`), '')
  await create({ file: join(folder, 'a.tar'), cwd: folder }, ['lfw'])
  const archive = new Uint8Array(await readFile(join(folder, 'a.tar')))
  await rm(folder, { recursive: true })
  return archive
}

/** Unpacks an archive somewhere and removes what came of it; one without files is sound. */
const unpackSomewhere = async (archive: Uint8Array): Promise<void> => {
  const folder = await mkdtemp(join(tmpdir(), 'cosface-fuzz-'))
  try {
    await writeFile(join(folder, 'a.tgz'), archive)
    await unpackTgz(join(folder, 'a.tgz'), join(folder, 'out'), { top: 'lfw' })
  } catch (error) {
    if (!(error instanceof DataError)) throw error
  } finally {
    await rm(folder, { recursive: true })
  }
}

const golden = async (name: string): Promise<Uint8Array> =>
  new Uint8Array(await readFile(new URL(`../golden/${name}`, import.meta.url)))
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

/** A parser of text; bytes that are no UTF-8 are refused before it. */
const ofText = (
  name: string,
  seeds: readonly string[],
  parse: (text: string, file: string) => unknown,
): Fuzzed => ({
  name,
  seeds: seeds.map(bytes),
  parse: (content) => parse(decodeText(content, 'f'), 'f'),
})

/** Records with header, two identities and a split payload; and their index. */
const records = (): { readonly rec: Uint8Array; readonly idx: Uint8Array } => {
  const magic = Uint8Array.of(0x0a, 0x23, 0xd7, 0xce)
  const image = (text: string): Uint8Array => concatBytes([bytes(text), magic, bytes('tail')])
  const payloads = [
    { labels: [4, 6], image: new Uint8Array(0) },
    { labels: [0, 1], image: image('aaaa') },
    { labels: [0], image: image('b') },
    { labels: [1], image: image('cc') },
    { labels: [1, 3], image: new Uint8Array(0) },
    { labels: [3, 4], image: new Uint8Array(0) },
  ].map((record, id) => encodeRecord(encodeImageRecord({ ...record, id, id2: 0 })))
  let at = 0
  const entries = payloads.map((payload, key): [number, number] => {
    at += payload.length
    return [key, at - payload.length]
  })
  return { rec: concatBytes(payloads), idx: bytes(formatRecordIndex(entries)) }
}

/** All parsers. */
export async function fuzzedParsers(): Promise<readonly Fuzzed[]> {
  const { rec, idx } = records()
  const pickles = JSON.parse(new TextDecoder().decode(await golden('pickles.json'))) as {
    readonly packs: Readonly<Record<string, string>>
  }
  const packs = Object.values(pickles.packs).map((base64) => new Uint8Array(Buffer.from(base64, 'base64')))
  const checkpoint = async (content: Uint8Array): Promise<void> => {
    const opened = await openTorchCheckpoint(memoryFile(content, 'f'))
    for (const tensor of opened.tensors.values()) await tensor.read()
  }
  const floats = { shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) }
  const onnx = encodeOnnx({
    name: 'g',
    producer: 'cosface',
    opsets: { '': 17 },
    inputs: [{ name: 'x', dtype: 'float32', shape: [1, 3, 112, 96] }],
    outputs: [{ name: 'y', dtype: 'float32', shape: [1, 3, 112, 96] }],
    nodes: [{ op: 'Relu', inputs: ['x'], outputs: ['y'], attributes: {} }],
    initializers: new Map(),
    metadata: { 'cosface.contract': '{"schema":"cosface-model/1"}', note: 'x' },
  })
  return [
    {
      name: 'RecordIO by index',
      seeds: [rec],
      parse: async (content) => {
        const file = memoryFile(content, 'f')
        const index = parseRecordIndex(idx, 'i', Math.max(rec.length, content.length))
        const layout = await readRecordLayout(file, index)
        for (const entry of layout.entries) await readImageRecord(file, index, entry)
      },
    },
    {
      name: 'RecordIO without an index',
      seeds: [rec],
      parse: async (content) => {
        const file = memoryFile(content, 'f')
        await readRecordLayout(file, await scanRecords(file))
      },
    },
    {
      name: 'RecordIO index',
      seeds: [idx],
      parse: async (content) =>
        readRecordLayout(memoryFile(rec, 'f'), parseRecordIndex(content, 'i', rec.length)),
    },
    ofText('RecordIO property', ['85742,112,112\n'], parseRecordProperty),
    {
      name: 'pickle',
      seeds: packs,
      parse: (content) => readPickle(content, { file: 'f', persistent: true }),
    },
    { name: 'verification pack', seeds: packs, parse: (content) => readVerificationBin(content, 'f') },
    { name: 'PyTorch zip', seeds: [await golden('torch/tensors-zip.pth')], parse: checkpoint },
    { name: 'PyTorch legacy', seeds: [await golden('torch/tensors-legacy.pth')], parse: checkpoint },
    {
      name: 'MATLAB',
      seeds: [await golden('agedb.mat'), await golden('agedb-compressed.mat')],
      parse: (content) => readAgeDbPairs(content, 'f'),
    },
    { name: 'npy', seeds: [encodeNpy(floats)], parse: (content) => decodeNpy(content, 'f') },
    {
      name: 'npy layout',
      seeds: [encodeNpy(floats), encodeNpy({ shape: [6], data: floats.data })],
      parse: (content) => readNpyLayout(content, 'f'),
    },
    {
      name: 'safetensors',
      seeds: [encodeSafetensors(new Map([['a', floats]]), { note: 'x' })],
      parse: (content) => decodeSafetensors(content, 'f'),
    },
    {
      name: 'safetensors weights',
      seeds: [encodeSafetensors(new Map([['a', floats]]), { note: 'x' })],
      parse: async (content) => {
        const tensors = await openSafetensorsWeights(memoryFile(content, 'f'))
        for (const tensor of tensors.values()) await tensor.read()
      },
    },
    { name: 'tar archive', seeds: [await tarArchive()], parse: unpackSomewhere },
    {
      name: 'ONNX metadata',
      seeds: [onnx],
      parse: (content) => readContract(readOnnx(content, 'f').metadata, 'f'),
    },
    {
      name: 'OpenCV matrix',
      seeds: [encodeOpenCvFeature(floats.data)],
      parse: (content) => decodeOpenCvMat(content, 'f'),
    },
    {
      name: 'IJB pairs',
      seeds: [bytes('1 11065 1\n1 11066 0\n22 7 1\n')],
      parse: (content) => parseTemplatePairs(content, 'f'),
    },
    ofText('IJB images', ['1.jpg 1 69544\n2.jpg 1 69544\n'], parseTemplateImages),
    ofText('IJB faces', ['1.jpg 46 62 87 60 68 77 52 99 86 98 0.999\n'], parseDetectedFaces),
    ofText('IJB gallery', ['TEMPLATE_ID,SUBJECT_ID,FILENAME\n1,2,a\n3,4,b\n'], parseTemplateSubjects),
    ofText('MegaFace list', ['{"path":["a/1","b/2"],"id":["a","b"]}'], parseFaceList),
    ofText('noise list', ['# noisy\na/1.jpg\n12\tb/2.jpg\n'], parseNoiseList),
    ofText('CSV', ['image,action\n"a ""b"", c",keep\nd,drop\n'], parseCsv),
    ofText('groups', ['image,age\na/1.jpg,young\nb/2.jpg,old\n'], (text, file) => {
      try {
        parseGroups(text, file, 'age')
      } catch (error) {
        // a damaged header has no such column, which is what the caller asked for
        if (!(error instanceof UsageError)) throw error
      }
    }),
    ofText('path label', ['a/1.jpg 0\nb/2.jpg 1\n'], parsePathLabels),
    ofText('lst', ['1\t0\ta/1.jpg\n2\t1\tb/2.jpg\n'], parseImageList),
    ofText('CALFW', ['A_0001.jpg 1\nA_0002.jpg 1\nB_0001.jpg 0\nC_0001.jpg 0\n'], (text, file) =>
      parseCrossLfwPairs(text, file, 'calfw'),
    ),
    ofText('CFP', ['1 ../Data/Images/001/frontal/01.jpg\n2 ../Data/Images/001/frontal/02.jpg\n'], (text) =>
      readCfpPairs('ff', async (path) => (path.includes('Pair_list') ? text : '1,2\n')),
    ),
    ofText('YTF', ['split, n, a, b, is same name\n1, 1, A/1, A/2, 1\n2, 1, A/1, B/2, 0\n'], parseYtfSplits),
    ofText(
      'pairs',
      ['1\t1\nA\t1\t2\nA\t1\tB\t2\n', '1\nA\t1\t2\nA\t1\tB\t2\n', 'a/1 a/2 1\na/1 b/2 0\n'],
      parsePairs,
    ),
    ofText('names', ['2\nA\t2\nB\t1\n', 'name,age\nA,2\nB,3\n', 'A\nB\n'], (text, file) =>
      parseNameList(text, file),
    ),
    ofText(
      'embeddings as JSON lines',
      ['{"image":"a/1.jpg","model":"m","template":[1,0.5]}\n{"name":"b/2.jpg","embedding":[1e-3,-2]}\n'],
      parseEmbeddingLines,
    ),
    ofText('names of rows', ['a/1.jpg\nb/2.jpg\n'], parseRowNames),
    ofText(
      'names of rows as JSON',
      ['["a/1.jpg","b/2.jpg"]', '{"images":["a","b"],"model":"m","flip":"concat"}'],
      parseRowRecord,
    ),
    ofText(
      'contract beside a model',
      ['{"size":"112x96","channels":"bgr","mean":[0,0,0],"std":1}'],
      parseSideContract,
    ),
    {
      name: 'image header',
      seeds: [
        Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 2, 0xff, 0xc0, 0, 17, 8, 0, 112, 0, 96, 3, 1, 2, 3),
      ],
      parse: (content) => imageHeader(content),
    },
  ]
}
