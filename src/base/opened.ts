/** @file Resources that are opened one by one and closed together. */

/** What was opened, closed in the opposite order. */
export class Opened implements AsyncDisposable {
  readonly #parts: AsyncDisposable[] = []

  use<T extends AsyncDisposable>(part: T): T {
    this.#parts.push(part)
    return part
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const part of this.#parts.toReversed()) await part[Symbol.asyncDispose]()
  }
}
