import sharp from 'sharp'
import type { Sharp } from 'sharp'
import { describe, expect, it } from 'vitest'
import { FormatError } from '../../base/errors.ts'
import { imageHeader } from '../../image/header.ts'
import type { Image } from '../../image/image.ts'
import { createDecoder, decodeImage, readImage } from './decode.ts'

const height = 24
const width = 40

/** Four corners of different colours, so that turns and mirrorings show. */
const corners = (): Uint8Array<ArrayBuffer> => {
  const data = new Uint8Array(height * width * 3)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const left = x < width / 2
      const top = y < height / 2
      data.set(
        top ? (left ? [250, 10, 10] : [10, 250, 10]) : left ? [10, 10, 250] : [240, 240, 10],
        (y * width + x) * 3,
      )
    }
  }
  return data
}

const source = (): Sharp => sharp(corners(), { raw: { height, width, channels: 3 } })

const pixel = (image: Image, y: number, x: number): number[] => [
  ...image.data.subarray((y * image.width + x) * 3, (y * image.width + x) * 3 + 3),
]

const near = (got: number[], wanted: number[], tolerance: number): void => {
  got.forEach((value, index) => {
    expect(Math.abs(value - (wanted[index] ?? 0))).toBeLessThanOrEqual(tolerance)
  })
}

const refusal = async (bytes: Uint8Array): Promise<string> => {
  const error: unknown = await decodeImage(bytes, 'faces/a.jpg').then(
    () => undefined,
    (cause: unknown) => cause,
  )
  expect(error).toBeInstanceOf(FormatError)
  return error instanceof Error ? error.message : ''
}

describe('decoding', () => {
  it('reads PNG and lossless WebP to the byte', async () => {
    for (const bytes of [
      await source().png().toBuffer(),
      await source().webp({ lossless: true }).toBuffer(),
    ]) {
      const image = await decodeImage(bytes, 'x')
      expect([image.height, image.width]).toEqual([height, width])
      expect(Buffer.compare(image.data, corners())).toBe(0)
    }
  })

  it('reads JPEG and lossy WebP closely', async () => {
    for (const bytes of [
      await source().jpeg({ quality: 95 }).toBuffer(),
      await source().webp({ quality: 95 }).toBuffer(),
    ]) {
      const image = await decodeImage(bytes, 'x')
      near(pixel(image, 5, 5), [250, 10, 10], 12)
      near(pixel(image, 20, 35), [240, 240, 10], 12)
    }
  })

  it.each([
    [1, ['tl', 'tr', 'bl', 'br']],
    [2, ['tr', 'tl', 'br', 'bl']],
    [3, ['br', 'bl', 'tr', 'tl']],
    [4, ['bl', 'br', 'tl', 'tr']],
    [5, ['tl', 'bl', 'tr', 'br']],
    [6, ['bl', 'tl', 'br', 'tr']],
    [7, ['br', 'tr', 'bl', 'tl']],
    [8, ['tr', 'br', 'tl', 'bl']],
  ])('turns EXIF orientation %i upright', async (orientation, places) => {
    const colours: Readonly<Record<string, number[]>> = {
      tl: [250, 10, 10],
      tr: [10, 250, 10],
      bl: [10, 10, 250],
      br: [240, 240, 10],
    }
    const bytes = await source()
      .jpeg({ quality: 100, chromaSubsampling: '4:4:4' })
      .withMetadata({ orientation })
      .toBuffer()
    const image = await decodeImage(bytes, 'x')
    const turned = orientation >= 5
    expect([image.height, image.width]).toEqual(turned ? [width, height] : [height, width])
    const at = [
      [4, 4],
      [4, image.width - 5],
      [image.height - 5, 4],
      [image.height - 5, image.width - 5],
    ]
    at.forEach(([y, x], index) => {
      near(pixel(image, y ?? 0, x ?? 0), colours[places[index] ?? ''] ?? [], 8)
    })
  })

  it('turns CMYK into RGB', async () => {
    const flat = sharp({ create: { height, width, channels: 3, background: '#c03020' } })
    const bytes = await flat.toColourspace('cmyk').jpeg({ quality: 100 }).toBuffer()
    expect((await sharp(bytes).metadata()).space).toBe('cmyk')
    near(pixel(await decodeImage(bytes, 'x'), 3, 3), [0xc0, 0x30, 0x20], 40)
  })

  it('turns grey, 8 and 16 bits, into three equal channels', async () => {
    const grey = source().toColourspace('b-w')
    for (const bytes of [
      await grey.clone().png().toBuffer(),
      await grey.clone().jpeg({ quality: 100 }).toBuffer(),
    ]) {
      expect((await sharp(bytes).metadata()).channels).toBe(1)
      const image = await decodeImage(bytes, 'x')
      expect(image.data).toHaveLength(height * width * 3)
      const [r, g, b] = pixel(image, 2, 2)
      expect([g, b]).toEqual([r, r])
      expect(r).toBeGreaterThan(50)
    }
    const deep = await source().toColourspace('grey16').png().toBuffer()
    expect((await sharp(deep).metadata()).depth).toBe('ushort')
    const eight = await decodeImage(await grey.clone().png().toBuffer(), 'x')
    near(pixel(await decodeImage(deep, 'x'), 2, 2), pixel(eight, 2, 2), 2)
  })

  it('turns 16-bit colour into 8-bit', async () => {
    const bytes = await source().toColourspace('rgb16').png().toBuffer()
    expect((await sharp(bytes).metadata()).depth).toBe('ushort')
    const image = await decodeImage(bytes, 'x')
    near(pixel(image, 2, 2), [250, 10, 10], 1)
  })

  it('lays transparency on white', async () => {
    const clear = sharp({
      create: { height, width, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } },
    })
    expect(pixel(await decodeImage(await clear.png().toBuffer(), 'x'), 3, 3)).toEqual([255, 255, 255])
    const half = sharp({
      create: { height, width, channels: 4, background: { r: 200, g: 0, b: 0, alpha: 0.5 } },
    })
    near(pixel(await decodeImage(await half.png().toBuffer(), 'x'), 3, 3), [227, 127, 127], 2)
  })
})

describe('refusing', () => {
  it('says that a text file is no image', async () => {
    expect(await refusal(new TextEncoder().encode('Hello, this is text'))).toBe(
      'faces/a.jpg: is no JPEG, PNG, WebP, GIF, TIFF or AVIF image; it begins with "Hello, this "',
    )
    expect(await refusal(new Uint8Array())).toBe('faces/a.jpg: is empty')
    expect(await refusal(new Uint8Array([0, 1, 2, 3, 4]))).toContain('the bytes 00 01 02 03')
  })

  it('refuses vector images, which need fonts and files', async () => {
    expect(await refusal(new TextEncoder().encode('<svg xmlns="http://www.w3.org/2000/svg"/>'))).toContain(
      'is no JPEG',
    )
  })

  it.each(['jpeg', 'png', 'webp'] as const)('refuses a truncated %s', async (format) => {
    const bytes = await source().toFormat(format).toBuffer()
    expect(await refusal(bytes.subarray(0, Math.floor(bytes.length * 0.7)))).toContain('cannot be decoded')
  })

  it('refuses a JPEG that ends in the middle of its picture', async () => {
    const noise = sharp({
      create: {
        height: 112,
        width: 112,
        channels: 3,
        background: '#888',
        noise: { type: 'gaussian', mean: 128, sigma: 40 },
      },
    })
    const bytes = await noise.jpeg().toBuffer()
    for (const share of [0.3, 0.6, 0.9]) {
      expect(await refusal(bytes.subarray(0, Math.floor(bytes.length * share)))).toContain(
        'cannot be decoded',
      )
    }
  })

  it('refuses one pixel', async () => {
    const bytes = await sharp({ create: { height: 1, width: 1, channels: 3, background: '#fff' } })
      .png()
      .toBuffer()
    expect(await refusal(bytes)).toBe('faces/a.jpg: is 1x1 pixels; at least 16x16 are needed')
  })

  it('refuses 20,000 x 20,000 pixels by the header alone, naming the size', async () => {
    const bytes = new Uint8Array(await source().png().toBuffer())
    new DataView(bytes.buffer).setUint32(16, 20_000)
    new DataView(bytes.buffer).setUint32(20, 20_000)
    expect(await refusal(bytes)).toBe(
      'faces/a.jpg: is 20000x20000 pixels, 400 million in all; at most 50 million are read',
    )
  })

  it('has limits of its own where asked', async () => {
    const bytes = await source().png().toBuffer()
    await expect(createDecoder({ maxPixels: 900 })(bytes, 'x')).rejects.toThrow(
      'at most 0.0009 million are read',
    )
    await expect(createDecoder({ minSide: 30 })(bytes, 'x')).rejects.toThrow(
      'is 24x40 pixels; at least 30x30',
    )
  })

  it('names a file that is not there', async () => {
    await expect(readImage('/no/such/face.png')).rejects.toThrow(
      /^\/no\/such\/face\.png: cannot be read: there is no such file or folder/,
    )
  })
})

describe('headers', () => {
  it('tell format and size', async () => {
    expect(imageHeader(await source().png().toBuffer())).toEqual({ format: 'png', height, width })
    expect(imageHeader(await source().jpeg().toBuffer())).toEqual({ format: 'jpeg', height, width })
    expect(imageHeader(await source().jpeg({ progressive: true }).toBuffer())).toMatchObject({
      height,
      width,
    })
    expect(imageHeader(await source().webp().toBuffer())).toEqual({ format: 'webp', height, width })
    expect(imageHeader(await source().webp({ lossless: true }).toBuffer())).toEqual({
      format: 'webp',
      height,
      width,
    })
    const withAlpha = sharp({
      create: { height, width, channels: 4, background: { r: 1, g: 2, b: 3, alpha: 0.4 } },
    })
    expect(imageHeader(await withAlpha.webp().toBuffer())).toEqual({ format: 'webp', height, width })
  })

  it('tell nothing of half a header', async () => {
    expect(imageHeader((await source().jpeg().toBuffer()).subarray(0, 40))).toBeUndefined()
    expect(imageHeader((await source().png().toBuffer()).subarray(0, 20))).toBeUndefined()
  })
})
