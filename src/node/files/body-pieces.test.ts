import type { AddressInfo } from 'node:net'
import { createServer, type Server } from 'node:net'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bodyPieces } from './body-pieces.ts'
import { download } from './download.ts'

const body = Uint8Array.from({ length: 94_770 }, (_, i) => i % 251)
const piece = 30_000

/** How a server lets go of a connection straight after what it wrote. */
const endings = ['end', 'destroySoon'] as const

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pieces-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** Sends one piece of the body from where the range begins, the head in the same write, and closes at once. */
const hasty = (how: (typeof endings)[number], asked: number[]): Server =>
  createServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', (request) => {
      const start = Number(/range: bytes=(\d+)-/i.exec(request.toString())?.[1] ?? 0)
      asked.push(start)
      const head = [
        start > 0 ? 'HTTP/1.1 206 Partial Content' : 'HTTP/1.1 200 OK',
        'ETag: "a"',
        `Content-Length: ${body.length - start}`,
        ...(start > 0 ? [`Content-Range: bytes ${start}-${body.length - 1}/${body.length}`] : []),
      ]
      socket.write(
        Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), body.subarray(start, start + piece)]),
      )
      socket[how]()
    })
  })

const portOf = (address: AddressInfo | string | null): number =>
  typeof address === 'object' && address !== null ? address.port : 0

describe('a body whose connection ends with it', () => {
  it.each(endings)('is kept as far as it came (%s)', async (how) => {
    const asked: number[] = []
    const server = hasty(how, asked)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    try {
      const told: string[] = []
      const file = join(folder, how)
      await download([`http://127.0.0.1:${portOf(server.address())}/x`], file, {
        pause: 1,
        attempts: 2,
        onRetry: (reason) => told.push(reason),
      })
      expect(Uint8Array.from(await readFile(file))).toEqual(body)
      expect(asked).toEqual([0, 30_000, 60_000, 90_000])
      expect(told).toEqual(
        [30_000, 60_000, 90_000].map((at) => `the connection ended after ${at} of 94770 bytes`),
      )
    } finally {
      await new Promise((resolve) => server.close(resolve))
    }
  })
})

/** What came, and how it ended. */
const taken = async (stream: Readable, whileOpen: () => void = () => {}) => {
  const pieces = bodyPieces(stream)
  whileOpen()
  let bytes = 0
  try {
    for await (const part of pieces) bytes += part.length
  } catch (error) {
    return { bytes, error }
  }
  return { bytes, error: undefined }
}

const pushed = (parts: number, size: number): Readable => {
  const stream = new Readable({ read: () => {} })
  for (let i = 0; i < parts; i++) stream.push(new Uint8Array(size))
  return stream
}

describe('bodyPieces', () => {
  it('gives what a stream holds when it fails, more than it takes at a time too', async () => {
    for (const size of [100, 2 ** 20]) {
      const stream = pushed(3, size)
      const failed = taken(stream, () => stream.destroy(new Error('reset')))
      expect(await failed).toEqual({ bytes: 3 * size, error: new Error('reset') })
    }
  })

  it('ends with its stream, and fails where that is closed early', async () => {
    const whole = pushed(2, 10)
    whole.push(null)
    expect(await taken(whole)).toEqual({ bytes: 20, error: undefined })
    const closed = pushed(1, 10)
    expect(await taken(closed, () => closed.destroy())).toEqual({
      bytes: 10,
      error: new Error('the connection was closed'),
    })
  })

  it('lets the sender wait while nobody takes', async () => {
    let sent = 0
    const stream = new Readable({
      read() {
        sent++
        this.push(sent > 100 ? null : new Uint8Array(2 ** 16))
      },
    })
    const pieces = bodyPieces(stream)
    await new Promise((resolve) => setTimeout(resolve, 30))
    expect(sent).toBeLessThan(25)
    let bytes = 0
    for await (const part of pieces) bytes += part.length
    expect(bytes).toBe(100 * 2 ** 16)
  })
})
