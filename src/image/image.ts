/** @file Pixels: 8-bit sRGB, three channels, row-major, the only form in which images travel. */

/** Height before width, as everywhere. */
export interface Size {
  readonly height: number
  readonly width: number
}

/** An RGB image, `data` is [height, width, 3]. */
export interface Image extends Size {
  readonly data: Uint8Array
}

/** A point in pixels; x to the right, y down; the centre of the first pixel is (0, 0). */
export interface Point {
  readonly x: number
  readonly y: number
}

/** Turns encoded bytes (a format of `header.ts`) into upright sRGB pixels. The platform doors supply one. */
export type DecodeImage = (bytes: Uint8Array, file: string) => Promise<Image>
