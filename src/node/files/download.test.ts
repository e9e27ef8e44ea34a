import { createHash, randomBytes } from 'node:crypto'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { DataError, FormatError, UsageError } from '../../base/errors.ts'
import { byCodePoint } from '../../base/names.ts'
import { random } from '../../base/random.ts'
import type { PublicSet } from '../../data/public-sets.ts'
import type { DownloadOptions } from './download.ts'
import { download } from './download.ts'
import { fetchPublicSet } from './public-set.ts'
import { unpackTgz, type UnpackOptions } from './unpack.ts'

const stream = random(5, 'download')
const body = Uint8Array.from({ length: 300_000 }, () => stream.integer(256))
const sha256 = createHash('sha256').update(body).digest('hex')

let folder = ''
let file = ''
let server: Server
let base = ''
let asked: IncomingMessage[] = []

/** Answers with `content` from where the range begins, and hangs up after `cut` bytes. */
const serve = (
  from: IncomingMessage,
  to: ServerResponse,
  content: Uint8Array,
  how: { readonly cut?: number; readonly ranges?: boolean; readonly etag?: string | null } = {},
): void => {
  const { cut = Infinity, ranges = true, etag = '"a"' } = how
  const wanted = /^bytes=(\d+)-$/.exec(from.headers.range ?? '')
  const isSame = from.headers['if-range'] === undefined || from.headers['if-range'] === etag
  const start = ranges && isSame && wanted !== null ? Number(wanted[1]) : 0
  const tag = etag === null ? {} : { etag }
  if (start >= content.length) {
    to.writeHead(416, { 'content-range': `bytes */${content.length}` }).end()
    return
  }
  const rest = content.subarray(start)
  if (start > 0)
    to.writeHead(206, {
      ...tag,
      'content-length': rest.length,
      'content-range': `bytes ${start}-${content.length - 1}/${content.length}`,
    })
  else to.writeHead(200, { ...tag, 'content-length': rest.length })
  if (cut >= rest.length) to.end(rest)
  else to.write(rest.subarray(0, cut), () => setTimeout(() => to.destroy(), 60))
}

type Handle = (from: IncomingMessage, to: ServerResponse) => void
let handle: Handle = (_from, to) => to.writeHead(404).end()

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'download-'))
  server = createServer((from, to) => {
    asked.push(from)
    handle(from, to)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  base = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`
})

afterAll(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  await rm(folder, { recursive: true, force: true })
})

let number = 0
beforeEach(() => {
  asked = []
  file = join(folder, `${number++}`, 'x.bin')
})

const get = (options: DownloadOptions = {}, path = '/x.bin') =>
  download([`${base}${path}`], file, { pause: 1, ...options })
const digest = async (): Promise<string> =>
  createHash('sha256')
    .update(await readFile(file))
    .digest('hex')
const left = async (): Promise<string[]> =>
  (await readdir(join(file, '..')).catch((): string[] => [])).sort(byCodePoint)

describe('download', () => {
  it('fetches a file, tells how far it is, and leaves it alone afterwards', async () => {
    handle = (from, to) => serve(from, to, body)
    const seen: (readonly [number, number | undefined])[] = []
    const got = await get({ sha256, onProgress: (done, total) => seen.push([done, total]) })
    expect(got).toEqual({ file, bytes: body.length, sha256, url: `${base}/x.bin`, resumedAt: 0 })
    expect(await digest()).toBe(sha256)
    expect(seen.at(-1)).toEqual([body.length, body.length])
    expect(await left()).toEqual(['x.bin'])
    expect(await get({ sha256 })).toMatchObject({ bytes: body.length, resumedAt: body.length })
    expect(asked).toHaveLength(1)
    await expect(get({ sha256: '0'.repeat(64) })).rejects.toThrow(UsageError)
    expect(await left()).toEqual(['x.bin'])
  })

  it('goes on where the connection was cut', async () => {
    handle = (from, to) => serve(from, to, body, { cut: 100_000 })
    const told: string[] = []
    await get({ onRetry: (reason) => told.push(reason) })
    expect(await digest()).toBe(sha256)
    expect(asked.length).toBeGreaterThanOrEqual(3)
    expect(asked.at(-1)?.headers.range).toMatch(/^bytes=[1-9]/)
    expect(asked.at(-1)?.headers['if-range']).toBe('"a"')
    expect(told).toHaveLength(asked.length - 1)
  })

  it('refuses what is larger than it may be, whether the server says so or not', async () => {
    const limit = body.length - 1
    handle = (from, to) => serve(from, to, body)
    await expect(get({ limit })).rejects.toThrow(`gives more than ${limit} bytes`)
    handle = (_from, to) => to.writeHead(200).end(body)
    await expect(get({ limit })).rejects.toThrow(`gives more than ${limit} bytes`)
    expect(await left()).toEqual([])
    expect(asked).toHaveLength(2)
    await get({ limit: body.length })
    expect(await digest()).toBe(sha256)
  })

  it('keeps the part when it is stopped, and goes on in the next call', async () => {
    handle = (from, to) => serve(from, to, body, { cut: 120_000 })
    const stop = new AbortController()
    const onProgress = (done: number): void => {
      if (done >= 120_000) stop.abort()
    }
    await expect(get({ signal: stop.signal, onProgress })).rejects.toThrow()
    expect(await left()).toEqual(['x.bin.part', 'x.bin.part.json'])
    handle = (from, to) => serve(from, to, body)
    const { resumedAt } = await get()
    expect(resumedAt).toBeGreaterThan(0)
    expect(asked.at(-1)?.headers.range).toBe(`bytes=${resumedAt}-`)
    expect(await digest()).toBe(sha256)
  })

  it('begins anew where the file changed meanwhile, or the server knows no ranges', async () => {
    handle = (from, to) => serve(from, to, body, { cut: 50_000 })
    await expect(get({ attempts: 1 })).rejects.toThrow(/the connection ended after \d+ of 300000 bytes/)
    const other = body.toReversed()
    handle = (from, to) => serve(from, to, other, { etag: '"b"' })
    await get()
    expect(await digest()).toBe(createHash('sha256').update(other).digest('hex'))
    await rm(file)
    await writeFile(`${file}.part`, body.subarray(0, 50_000))
    handle = (from, to) => serve(from, to, body, { ranges: false })
    await get({ sha256 })
    expect(asked.at(-1)?.headers.range).toBe('bytes=50000-')
    expect(await digest()).toBe(sha256)
  })

  it('does not go on with a part that nothing vouches for', async () => {
    await mkdir(join(file, '..'))
    await writeFile(`${file}.part`, body.subarray(0, 50_000))
    await writeFile(`${file}.part.json`, JSON.stringify({ url: 'http://elsewhere/x.bin', validator: '"a"' }))
    handle = (from, to) => serve(from, to, body, { etag: null })
    await get()
    expect(asked.at(-1)?.headers.range).toBeUndefined()
    expect(await digest()).toBe(sha256)
  })

  it('takes a part that was whole already', async () => {
    handle = (from, to) => serve(from, to, body)
    await get()
    const part = `${file}.part`
    await writeFile(part, body)
    await rm(file)
    await get({ sha256 })
    expect(await left()).toEqual(['x.bin'])
    await rm(file)
    await writeFile(part, new Uint8Array(body.length + 1))
    await get({ sha256 })
    expect(await digest()).toBe(sha256)
  })

  it('removes what is not the file', async () => {
    handle = (from, to) => serve(from, to, body)
    const got = get({ md5: '0'.repeat(32) })
    await expect(got).rejects.toThrow(/so it was removed: expected the md5 0{32}, got [0-9a-f]{32}/)
    await expect(got).rejects.toThrow(DataError)
    expect(await left()).toEqual([])
  })

  it('says what the server answered, and tries the next address', async () => {
    handle = (from, to) => (from.url === '/x.bin' ? to.writeHead(404).end() : serve(from, to, body))
    await expect(get()).rejects.toThrow(`could not be fetched: ${base}/x.bin answers 404`)
    expect(asked).toHaveLength(1)
    const two = await download([`${base}/x.bin`, `${base}/y.bin`], file, { pause: 1 })
    expect(two.url).toBe(`${base}/y.bin`)
  })

  it('tries again after a server’s failure, so often and no more', async () => {
    handle = (_from, to) => to.writeHead(503).end()
    await expect(get({ attempts: 3 })).rejects.toThrow('answers 503')
    expect(asked).toHaveLength(3)
    handle = (_from, to) => void to.writeHead(200)
    await expect(get({ attempts: 1, idle: 50 })).rejects.toThrow('no answer for')
  })

  it('follows redirects, but not in circles or elsewhere', async () => {
    handle = (from, to) =>
      from.url === '/x.bin' ? to.writeHead(302, { location: '/there' }).end() : serve(from, to, body)
    await get({ sha256 })
    await rm(file)
    handle = (_from, to) => to.writeHead(302, { location: '/x.bin' }).end()
    await expect(get({ attempts: 1 })).rejects.toThrow('leads on more than 8 times')
    handle = (_from, to) => to.writeHead(302, { location: 'file:///etc/hostname' }).end()
    await expect(get({ attempts: 1 })).rejects.toThrow('begins with http')
    await expect(download(['ftp://x/y'], file)).rejects.toThrow(UsageError)
  })
})

interface Entry {
  readonly path: string
  readonly content?: string
  readonly type?: string
  readonly prefix?: string
}

/** A tar archive, made independently of what reads it. */
const tar = (entries: readonly Entry[]): Buffer => {
  const blocks = entries.flatMap(({ path, content = '', type = '0', prefix = '' }) => {
    const header = Buffer.alloc(512)
    header.write(path, 0, 100)
    header.write('0000644\0', 100)
    header.write(`${Buffer.byteLength(content).toString(8).padStart(11, '0')}\0`, 124)
    header.write('        ', 148)
    header.write(type, 156)
    header.write('ustar\x0000', 257)
    header.write(prefix, 345)
    header.write(
      `${header
        .reduce((sum, byte) => sum + byte, 0)
        .toString(8)
        .padStart(6, '0')}\0 `,
      148,
    )
    const data = Buffer.alloc(Math.ceil(Buffer.byteLength(content) / 512) * 512)
    data.write(content)
    return [header, data]
  })
  return Buffer.concat([...blocks, Buffer.alloc(1024)])
}

const archive = gzipSync(
  tar([
    { path: 'lfw/', type: '5' },
    { path: 'lfw/Ann/Ann_0001.jpg', content: 'one' },
    { path: `lfw/Bea/${'n'.repeat(120)}.jpg`.slice(0, 90), content: 'x'.repeat(1500) },
    { path: '././@LongLink', type: 'L', content: `lfw/Cem/${'m'.repeat(150)}.jpg\0` },
    { path: 'cut', content: 'long' },
    { path: 'PaxHeader', type: 'x', content: '24 path=lfw/Dan/pax.jpg\n' },
    { path: 'short', content: 'pax' },
    { path: 'Eve/1.jpg', prefix: 'lfw', content: '' },
  ]),
)

describe('unpackTgz', () => {
  const unpack = async (bytes: Uint8Array, limits: Partial<UnpackOptions> = {}): Promise<number> => {
    await rm(join(folder, 'a.tgz'), { force: true })
    await writeFile(join(folder, 'a.tgz'), bytes)
    return unpackTgz(join(folder, 'a.tgz'), join(folder, 'unpacked'), { top: 'lfw', ...limits })
  }

  it('takes files with short, long and attributed names', async () => {
    expect(await unpack(archive)).toBe(5)
    const found = await readdir(join(folder, 'unpacked'), { recursive: true })
    expect(found).toEqual(
      expect.arrayContaining(['Ann/Ann_0001.jpg', `Cem/${'m'.repeat(150)}.jpg`, 'Dan/pax.jpg', 'Eve/1.jpg']),
    )
    expect(await readFile(join(folder, 'unpacked', `Cem/${'m'.repeat(150)}.jpg`), 'utf8')).toBe('long')
    await expect(unpack(archive)).rejects.toThrow('exists')
    await rm(join(folder, 'unpacked'), { recursive: true })
  })

  it.each<[string, readonly Entry[], string]>([
    ['a way out', [{ path: 'lfw/../../out.jpg' }], 'leads out of the folder'],
    ['an absolute path', [{ path: '/etc/x' }], 'leads out of the folder'],
    ['a drive', [{ path: 'C:/x' }], 'leads out of the folder'],
    ['a backslash', [{ path: 'lfw\\..\\x' }], 'leads out of the folder'],
    ['a symbolic link', [{ path: 'lfw/a', type: '2' }], 'is a symbolic link; only files and folders'],
    ['a hard link', [{ path: 'lfw/a', type: '1' }], 'is a hard link'],
    ['another top folder', [{ path: 'cfp/a/1.jpg' }], 'expected one folder lfw, got "cfp"'],
    ['a file twice', [{ path: 'lfw/a' }, { path: 'lfw/a' }], 'is there twice'],
    ['nothing', [{ path: 'lfw/', type: '5' }], 'holds no files'],
  ])('refuses %s, and leaves nothing', async (_what, entries, reason) => {
    await expect(unpack(gzipSync(tar(entries)))).rejects.toThrow(reason)
    expect((await readdir(folder)).filter((name) => name.startsWith('unpacked'))).toEqual([])
  })

  it('counts files, folders and bytes before anything is made of them', async () => {
    const entries = [
      { path: 'lfw/', type: '5' },
      { path: 'lfw/a/', type: '5' },
      { path: 'lfw/a/1', content: 'abc' },
    ]
    const bytes = gzipSync(tar(entries))
    await expect(unpack(bytes, { entryLimit: 2 })).rejects.toThrow('at most 2 files and folders')
    await expect(unpack(bytes, { limit: 2 })).rejects.toThrow('at most 2 bytes in all')
    expect((await readdir(folder)).filter((name) => name.startsWith('unpacked'))).toEqual([])
    expect(await unpack(bytes, { entryLimit: 3, limit: 3 })).toBe(1)
    await rm(join(folder, 'unpacked'), { recursive: true })
  })

  it('refuses a file below a file, and names that no disk takes', async () => {
    const long = [
      { path: '././@LongLink', type: 'L', content: `lfw/${'x'.repeat(300)}\0` },
      { path: 'lfw/x' },
    ]
    for (const entries of [[{ path: 'lfw/a' }, { path: 'lfw/a/b' }], long])
      await expect(unpack(gzipSync(tar(entries)))).rejects.toThrow(FormatError)
    expect((await readdir(folder)).filter((name) => name.startsWith('unpacked'))).toEqual([])
  })

  it('refuses what is cut, changed or no archive', async () => {
    for (const bytes of [archive.subarray(0, -20), new Uint8Array(100), body, gzipSync(body)])
      await expect(unpack(bytes)).rejects.toThrow(FormatError)
    const large = gzipSync(tar([{ path: 'lfw/a', content: randomBytes(300_000).toString('hex') }]))
    const broken = Buffer.from(large)
    broken.fill(0, 200_000, 200_100)
    for (const bytes of [large.subarray(0, 200_000), broken])
      await expect(unpack(bytes)).rejects.toThrow(FormatError)
    const whole = tar([{ path: 'lfw/a', content: 'abc' }])
    await expect(unpack(gzipSync(whole.subarray(0, 700)))).rejects.toThrow('ends in the middle')
    expect((await readdir(folder)).filter((name) => name.startsWith('unpacked'))).toEqual([])
  })
})

describe('fetchPublicSet', () => {
  const set: PublicSet = {
    name: 'tiny',
    title: 'tiny',
    terms: ['none'],
    usual: ['images', 'lists'],
    parts: [
      {
        name: 'images',
        meaning: 'images',
        files: [
          {
            name: 'lfw.tgz',
            urls: ['http://127.0.0.1:9/never'],
            md5: createHash('md5').update(archive).digest('hex'),
            unpack: { top: 'lfw', folder: 'images' },
          },
        ],
      },
      {
        name: 'lists',
        meaning: 'lists',
        files: [{ name: 'pairs.txt', urls: ['http://127.0.0.1:9/never'] }],
      },
    ],
  }

  it('fetches, unpacks and records, and does nothing the second time', async () => {
    handle = (from, to) => serve(from, to, from.url === '/mirror/lfw.tgz' ? archive : Buffer.from('1\t1\n'))
    const out = join(folder, 'set')
    const options = { baseUrl: `${base}/mirror`, pause: 1 }
    const fetched = await fetchPublicSet(set, out, options)
    expect(fetched.map(({ name, files }) => [name, files])).toEqual([
      ['lfw.tgz', 5],
      ['pairs.txt', undefined],
    ])
    expect((await readdir(out)).sort(byCodePoint)).toEqual(['downloads.json', 'images', 'pairs.txt'])
    const record: unknown = JSON.parse(await readFile(join(out, 'downloads.json'), 'utf8'))
    expect(record).toMatchObject({ set: 'tiny', files: fetched })
    expect(asked.map(({ url }) => url)).toEqual(['/mirror/lfw.tgz', '/mirror/pairs.txt'])
    expect(await fetchPublicSet(set, out, options)).toEqual(fetched)
    expect(asked).toHaveLength(2)
    // no hash is published for the list: it must be what it was the first time
    await rm(join(out, 'pairs.txt'))
    handle = (from, to) => serve(from, to, Buffer.from('2\t2\n'))
    await expect(fetchPublicSet(set, out, options)).rejects.toThrow('is not the file, so it was removed')
    await expect(fetchPublicSet(set, out, { ...options, parts: ['imges'] })).rejects.toThrow(
      'did you mean images?',
    )
  })
})
