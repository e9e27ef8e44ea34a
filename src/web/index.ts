/** @file The browser door: what needs the DOM. Files inside never import it. */
export type { DecodeImage } from '../image/image.ts'
