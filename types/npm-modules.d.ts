/** The parts of npm's own modules that are used here; they bring no types of their own. */
declare module '@npmcli/config' {
  export default class Config {
    constructor(options: {
      readonly definitions: unknown
      readonly shorthands: unknown
      readonly flatten: unknown
      readonly npmPath: string
      readonly env: Readonly<Record<string, string | undefined>>
      readonly argv: readonly string[]
      readonly cwd: string
      readonly execPath: string
      readonly platform: string
      readonly warn: boolean
    })
    load(): Promise<void>
    /** All settings, each under the name that npm's modules take. */
    readonly flat: Readonly<Record<string, unknown>>
  }
}

declare module '@npmcli/config/lib/definitions/index.js' {
  const all: { readonly definitions: unknown; readonly shorthands: unknown; readonly flatten: unknown }
  export default all
}

declare module 'npm-registry-fetch' {
  export interface RegistryAnswer {
    readonly status: number
    readonly url: string
    readonly headers: Iterable<readonly [string, string]>
    readonly body: AsyncIterable<Uint8Array> & { destroy(): void }
    json(): Promise<unknown>
  }
  interface Options {
    readonly [setting: string]: unknown
    readonly headers?: Readonly<Record<string, string>>
    readonly signal?: AbortSignal
  }
  function fetch(address: string, options: Options): Promise<RegistryAnswer>
  namespace fetch {
    function pickRegistry(spec: string, options: Options): string
  }
  export default fetch
}
