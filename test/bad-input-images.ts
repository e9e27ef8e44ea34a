/** @file Images that a careless or hostile world hands in, all made here. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { deflateSync } from 'node:zlib'
import sharp, { type Sharp } from 'sharp'

const side = 48

/** A picture without any symmetry: four corners of different colours, brighter to the right. */
const picture = (): Sharp => {
  const data = new Uint8Array(side * side * 3)
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const [left, top] = [x < side / 2, y < side / 3]
      const colour = top ? (left ? [200, 30, 30] : [30, 160, 30]) : left ? [30, 30, 120] : [180, 170, 20]
      data.set(
        colour.map((value) => value + x),
        (y * side + x) * 3,
      )
    }
  }
  return sharp(data, { raw: { height: side, width: side, channels: 3 } })
}

/** How pixels are stored under each orientation: turned clockwise by so many degrees, then mirrored. */
const stored: Readonly<Record<number, readonly [degrees: number, mirrored: boolean]>> = {
  1: [0, false],
  2: [0, true],
  3: [180, false],
  4: [180, true],
  5: [90, true],
  6: [270, false],
  7: [270, true],
  8: [90, false],
}

const exact = { quality: 100, chromaSubsampling: '4:4:4' } as const

const turned = async (orientation: number): Promise<Buffer> => {
  const [degrees, mirrored] = stored[orientation] ?? [0, false]
  const upright = await picture().png().toBuffer()
  // one step at a time: in one pipeline their order is not the one they are asked for in
  const turn = await sharp(upright).rotate(degrees).png().toBuffer()
  return sharp(turn).flop(mirrored).jpeg(exact).withMetadata({ orientation }).toBuffer()
}

/** Readable images of every kind into `folder`; each is named after the plain one whose picture it shows. */
export async function writeUnusual(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true })
  const write = (name: string, bytes: Uint8Array): void => writeFileSync(join(folder, name), bytes)
  write('colour.png', await picture().png().toBuffer())
  const grey = await picture().toColourspace('b-w').png().toBuffer()
  write('grey.png', await sharp(grey).toColourspace('srgb').png().toBuffer())
  write(
    'sideways.png',
    await sharp(await picture().png().toBuffer())
      .rotate(90)
      .png()
      .toBuffer(),
  )
  for (const orientation of [1, 2, 3, 4, 5, 6, 7, 8])
    write(`colour-turned-${orientation}.jpg`, await turned(orientation))
  write('colour-16-bit.png', await picture().toColourspace('rgb16').png().toBuffer())
  write('colour-cmyk.jpg', await picture().toColourspace('cmyk').jpeg(exact).toBuffer())
  write('colour-webp.webp', await picture().webp({ lossless: true }).toBuffer())
  write('grey-8-bit.png', grey)
  write('grey-jpeg.jpg', await picture().toColourspace('b-w').jpeg(exact).toBuffer())
  write('grey-16-bit.png', await picture().toColourspace('grey16').png().toBuffer())
}

/** Files that are no readable images into `folder`. Returns their names. */
export async function writeUnreadable(folder: string): Promise<readonly string[]> {
  mkdirSync(folder, { recursive: true })
  const jpeg = await picture().jpeg({ quality: 95 }).toBuffer()
  const png = await picture().png().toBuffer()
  const files: Readonly<Record<string, Uint8Array>> = {
    'text.jpg': Buffer.from('this is no picture\n'),
    'empty.png': Buffer.alloc(0),
    'truncated.jpg': jpeg.subarray(0, Math.floor(jpeg.length * 0.6)),
    'truncated.png': png.subarray(0, Math.floor(png.length * 0.6)),
    'one-pixel.png': await sharp({ create: { height: 1, width: 1, channels: 3, background: '#fff' } })
      .png()
      .toBuffer(),
    'huge.png': hugePng(20_000),
  }
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, name), bytes)
  symlinkSync(join(folder, 'nowhere.jpg'), join(folder, 'dangling.jpg'))
  mkdirSync(join(folder, 'folder.jpg'))
  return Object.keys(files)
}

/** A PNG that claims `size` × `size` grey pixels and holds hardly any: whoever decodes it stumbles over its end. */
const hugePng = (size: number): Buffer => {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(size, 0)
  header.writeUInt32BE(size, 4)
  header[8] = 8
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    pngChunk('IHDR', header),
    pngChunk('IDAT', deflateSync(Buffer.alloc(1000))),
    pngChunk('IEND', Buffer.alloc(0)),
  ])
}

const pngChunk = (type: string, data: Uint8Array): Buffer => {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(data.length)
  check.writeUInt32BE(crc32(named))
  return Buffer.concat([length, named, check])
}

// zlib.crc32 came with Node 20.15 and is missing in its type declarations for 20
const crc32 = (bytes: Uint8Array): number => {
  let crc = -1
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0)
  }
  return ~crc >>> 0
}
