/** @file Files that are pictures but are not read, told from their first bytes so that messages can say what they are. */

const textAt = (bytes: Uint8Array, at: number, length: number): string =>
  String.fromCharCode(...bytes.subarray(at, at + length))

const heicBrands = ['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'mif1', 'msf1']

const formats: readonly { readonly name: string; readonly begins: (bytes: Uint8Array) => boolean }[] = [
  {
    name: 'a HEIC image',
    begins: (bytes) => textAt(bytes, 4, 4) === 'ftyp' && heicBrands.includes(textAt(bytes, 8, 4)),
  },
  { name: 'a video', begins: (bytes) => textAt(bytes, 4, 4) === 'ftyp' },
  { name: 'a BMP image', begins: (bytes) => textAt(bytes, 0, 2) === 'BM' },
  {
    name: 'a JPEG XL image',
    begins: (bytes) => (bytes[0] === 0xff && bytes[1] === 0x0a) || textAt(bytes, 4, 4) === 'JXL ',
  },
  { name: 'a PDF document', begins: (bytes) => textAt(bytes, 0, 5) === '%PDF-' },
]

/** What a file is, such as `a HEIC image`; undefined for files of unknown kind. */
export function unreadFormat(bytes: Uint8Array): string | undefined {
  return formats.find(({ begins }) => begins(bytes))?.name
}
