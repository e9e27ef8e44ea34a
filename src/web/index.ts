/** @file The browser door: what needs the DOM. Files inside never import it. */
export { openSession, openWebDriver, type WebSessionOptions } from './open-session.ts'
export {
  openDetector,
  openEmbedder,
  type WebDetectorOptions,
  type WebEmbedderOptions,
  type WebModel,
  type WebRuntimeOptions,
} from './open-embedder.ts'
export { type Photograph, type PixelSource, pixelsOf, readPhotograph } from './pixels.ts'
